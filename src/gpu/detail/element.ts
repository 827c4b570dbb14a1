import { createRequire } from 'node:module';

/** Texts by their path below an element, `temperature/gpu_temp`. Empty ones are not there. */
export type Leaves = ReadonlyMap<string, string>;

/** One GPU of `nvidia-smi -q -x`. */
export interface GpuElement {
  /** Without MIG instances and processes. */
  readonly leaves: Leaves;
  /** MIG instances, each by itself. */
  readonly instances: readonly Leaves[];
  /** Processes, each by itself; null when the driver does not list them. */
  readonly processes: readonly Leaves[] | null;
}

/** nvidia-smi nests four deep. */
const deepest = 12;
/** More leaves than any GPU, instance or process has. */
const mostLeaves = 2000;
const longestText = 256;

/** The library's build for require is one file without comments: it takes a megabyte less than the thirty modules that an import loads. */
const { XMLParser } = createRequire(import.meta.url)('fast-xml-parser') as typeof import('fast-xml-parser');
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  trimValues: true,
  isArray: (name) => name === 'mig_device' || name === 'process_info',
});

/** Reads an element `<gpu>`; null when it is not XML, or something else. */
export function parseElement(text: string): GpuElement | null {
  let parsed: unknown;
  try {
    // The blanks between elements are half of the text.
    parsed = parser.parse(withSafeNames(text).replaceAll(/>\s+</g, '><'));
  } catch {
    return null;
  }
  const gpu = child(parsed, 'gpu');
  if (typeof gpu !== 'object' || gpu === null || Array.isArray(gpu)) return null;
  const instances = child(child(gpu, 'mig_devices'), 'mig_device');
  const listed = child(gpu, 'processes');
  const processes = child(listed, 'process_info');
  return {
    leaves: leavesOf(gpu, new Set(['mig_devices/mig_device', 'processes/process_info'])),
    instances: Array.isArray(instances) ? instances.map((instance) => leavesOf(instance)) : [],
    processes: Array.isArray(processes)
      ? processes.map((process) => leavesOf(process))
      : listed === '' || listed === 'None'
        ? []
        : null,
  };
}

/** Names of processes are printed as they are, whatever they hold. */
function withSafeNames(text: string): string {
  return text.replaceAll(
    /<process_name>([^\n]*?)<\/process_name>/g,
    (_, name: string) => `<process_name>${name.replaceAll('<', '&lt;')}</process_name>`,
  );
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function leavesOf(root: unknown, without: ReadonlySet<string> = new Set()): Leaves {
  const leaves = new Map<string, string>();
  const visit = (node: unknown, path: string, depth: number): void => {
    if (leaves.size >= mostLeaves || depth > deepest || without.has(path)) return;
    if (typeof node === 'string') {
      // The first of several of the same name counts.
      if (node === '' || leaves.has(path)) return;
      const plain = node
        .slice(0, longestText)
        .replaceAll(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => entities[name] ?? '');
      leaves.set(path, plain);
    } else if (Array.isArray(node)) {
      for (const item of node) visit(item, path, depth + 1);
    } else if (typeof node === 'object' && node !== null) {
      for (const [name, item] of Object.entries(node)) {
        visit(item, name === '#text' ? path : path === '' ? name : `${path}/${name}`, depth + 1);
      }
    }
  };
  visit(root, '', 0);
  return leaves;
}

function child(node: unknown, name: string): unknown {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, name)
    ? (node as Record<string, unknown>)[name]
    : undefined;
}

/** Texts by their path below an element, `temperature/gpu_temp`; attributes are `@id`. Empty ones are not there. */
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

/** nvidia-smi nests four deep. What is deeper is passed over. */
const deepest = 12;
/** More leaves than any GPU, instance or process has. */
const mostLeaves = 2000;
const longestText = 256;

/**
 * Reads an element `<gpu>`; null when it is not XML, or something else. Of XML it knows what nvidia-smi prints: elements, attributes,
 * texts, comments and the five entities. A library makes a tree of objects first; that was a quarter of all that the exporter did on
 * a node where nothing happens.
 */
export function parseElement(text: string): GpuElement | null {
  const reader = new ElementReader();
  let at = text.indexOf('<');
  while (at >= 0) {
    const end = text.startsWith('<!--', at) ? text.indexOf('-->', at) + 2 : text.indexOf('>', at);
    if (end < at) return null;
    if (!reader.tag(text.slice(at + 1, end))) return null;
    at = text.indexOf('<', end);
    reader.text(text.slice(end + 1, at < 0 ? undefined : at));
  }
  return reader.element;
}

/** An element whose end has not come yet. */
interface Open {
  readonly name: string;
  /** Below the element whose leaves these are; empty for that element itself. */
  readonly path: string;
  readonly leaves: Map<string, string>;
}

class ElementReader {
  readonly #gpu = new Map<string, string>();
  /** Elements that come several times and have leaves of their own, by their path. */
  readonly #lists: ReadonlyMap<string, Leaves[]> = new Map([
    ['mig_devices/mig_device', []],
    ['processes/process_info', []],
  ]);
  readonly #open: Open[] = [];
  #isClosed = false;
  /** There is an element of processes, be it empty. */
  #hasProcesses = false;

  /** The GPU, once its element is closed. */
  get element(): GpuElement | null {
    if (!this.#isClosed) return null;
    const [instances = [], processes = []] = this.#lists.values();
    const said = this.#gpu.get('processes');
    const areListed = processes.length > 0 || (this.#hasProcesses && (said === undefined || said === 'None'));
    return { leaves: this.#gpu, instances, processes: areListed ? processes : null };
  }

  /** Takes what stands between two angle brackets. @returns whether it may stand here */
  tag(tag: string): boolean {
    if (tag.startsWith('!') || tag.startsWith('?')) return true;
    if (tag.startsWith('/')) return this.#close(tag.slice(1).trimEnd());
    const isEmpty = tag.endsWith('/');
    const [name = '', ...attributes] = (isEmpty ? tag.slice(0, -1) : tag).split(/\s+/);
    const parent = this.#open.at(-1);
    if (name === '' || this.#isClosed || (parent === undefined && name !== 'gpu')) return false;
    const element = this.#begin(name, parent);
    for (const attribute of attributes) {
      const [, key, value] = /^([\w:.-]+)="([^"]*)"$/.exec(attribute) ?? [];
      if (key !== undefined && value !== undefined) put(element.leaves, below(element.path, `@${key}`), value);
    }
    if (!isEmpty) this.#open.push(element);
    return true;
  }

  /** Takes a text of the innermost element. */
  text(text: string): void {
    const around = this.#open.at(-1);
    if (around !== undefined) put(around.leaves, around.path, text.trim());
  }

  #begin(name: string, parent: Open | undefined): Open {
    if (parent === undefined) return { name, path: '', leaves: this.#gpu };
    if (this.#open.length > deepest) return { name, path: '', leaves: new Map() };
    const path = below(parent.path, name);
    this.#hasProcesses ||= path === 'processes' && parent.leaves === this.#gpu;
    const list = parent.leaves === this.#gpu ? this.#lists.get(path) : undefined;
    if (list === undefined) return { name, path, leaves: parent.leaves };
    const leaves = new Map<string, string>();
    list.push(leaves);
    return { name, path: '', leaves };
  }

  #close(name: string): boolean {
    this.#isClosed = this.#open.length === 1;
    return this.#open.pop()?.name === name;
  }
}

/** The first of several of the same path counts. */
function put(leaves: Map<string, string>, path: string, text: string): void {
  if (text === '' || leaves.size >= mostLeaves || leaves.has(path)) return;
  leaves.set(path, plain(text).slice(0, longestText));
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function plain(text: string): string {
  return text.includes('&')
    ? text.replaceAll(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => entities[name] ?? '')
    : text;
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { PodSpec } from './pod-security.ts';

/** The folder of the chart. */
export const chart = fileURLToPath(new URL('../../helm/gradwatch', import.meta.url));

/** A file of the chart as text. */
export function chartFile(path: string): string {
  return readFileSync(`${chart}/${path}`, 'utf8');
}

/** A rendered object, as far as the tests look into it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface Rendering {
  /** Values files, relative to the chart. */
  readonly files?: readonly string[];
  /** Values that win over the files. */
  readonly values?: unknown;
  readonly release?: string;
  /** Another chart than ours. */
  readonly from?: string;
}

/** Values files of the two renderings that most rules must hold for. */
export const variants: readonly (readonly [string, readonly string[]])[] = [
  ['default values', []],
  ['everything on', ['ci/everything-values.yaml']],
];

/** What `helm template` makes of the chart. @throws Error with Helm's message, or for YAML with a key that is there twice. */
export function render(helm: string, rendering: Rendering = {}): readonly Manifest[] {
  const { files = [], values = {}, release = 'gw', from = chart } = rendering;
  const text = run(
    helm,
    [
      'template',
      release,
      from,
      '--namespace',
      'monitoring',
      ...files.flatMap((file) => ['-f', `${chart}/${file}`]),
      '-f',
      '-',
    ],
    JSON.stringify(values),
  );
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

/** What Helm prints. @throws Error with what it prints on standard error. */
export function run(helm: string, args: readonly string[], input = ''): string {
  return execFileSync(helm, args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** The one object of a kind, and of a name where the kind alone does not tell. @throws Error where there is none or another. */
export function only(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter(
    (manifest) => manifest.kind === kind && (name ?? manifest.metadata.name) === manifest.metadata.name,
  );
  if (found.length !== 1) throw new Error(`${found.length} of ${kind} ${name ?? ''}, expected 1`);
  return found[0]!;
}

/** The pod that the DaemonSet makes. */
export function exporterPod(manifests: readonly Manifest[]): PodSpec {
  return (only(manifests, 'DaemonSet').spec as { template: { spec: PodSpec } }).template.spec;
}

/** Kind, namespace and name of each object. */
export function identities(manifests: readonly Manifest[]): readonly string[] {
  return manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort();
}

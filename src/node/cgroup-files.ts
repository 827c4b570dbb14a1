/** Where the memory of a process is accounted: the kernel has one of two hierarchies for it. */
export interface MemoryCgroup {
  readonly version: 1 | 2;
  /** From the root of the hierarchy as this process sees it: `/kubepods.slice/…`. */
  readonly path: string;
}

/** Longer than any path of a container runtime: what is beyond would not fit a label. */
const maxPathLength = 512;

/**
 * Reads `/proc/<pid>/cgroup`, see cgroups(7); null where no hierarchy accounts memory, and where the path leads out of what is seen.
 * @param root the path of what this process sees as the root: a path of another process may lead out of it (`/../…`)
 */
export function parseMemoryCgroup(text: string, root = '/'): MemoryCgroup | null {
  let unified: MemoryCgroup | null = null;
  for (const line of text.split('\n')) {
    const [, hierarchy, controllers = '', seen = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    const path = fromRoot(root, seen);
    if (hierarchy === undefined || path === null || path.length > maxPathLength) continue;
    if (controllers.split(',').includes('memory')) return { version: 1, path };
    if (hierarchy === '0' && controllers === '') unified = { version: 2, path };
  }
  return unified;
}

/** Null for a path that leads above the root. */
function fromRoot(root: string, seen: string): string | null {
  const names = root.split('/').filter((name) => name !== '');
  for (const name of seen.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) return null;
  }
  return `/${names.join('/')}`;
}

/** Above this no machine has memory: version 1 writes "no limit" as the last page below 2^63. */
const unlimitedBytes = 2 ** 60;

/** Reads a file of one amount; null for "max", for the number that stands for it, and for what is none. */
export function parseBytes(text: string): number | null {
  const trimmed = text.trim();
  const bytes = /^\d{1,20}$/.test(trimmed) ? Number(trimmed) : unlimitedBytes;
  return bytes < unlimitedBytes ? bytes : null;
}

/** Reads lines of a key and a number: `memory.stat`, `memory.events`, `memory.oom_control`. */
export function parseKeyed(text: string): ReadonlyMap<string, number> {
  return new Map(
    [...text.matchAll(/^([a-z_]{1,64}) (\d{1,20})$/gm)].map(([, key = '', value]) => [key, Number(value)]),
  );
}

import { join } from 'node:path';
import { type MemoryCgroup, parseBytes, parseKeyed } from './cgroup-files.ts';
import { readKernelFile } from './kernel-file.ts';
import { parsePressure, type PressureTotals } from './pressure-file.ts';

/** What a cgroup tells of its memory, in bytes; null what it does not tell, and limits that are not set. */
export interface CgroupMemory {
  readonly limit: number | null;
  readonly usage: number | null;
  /** Usage without the page cache that the kernel would give up first: what counts against the limit in earnest. */
  readonly workingSet: number | null;
  /** Usage without any page cache, and without the caches of the kernel that it can give up. */
  readonly held: number | null;
  readonly peak: number | null;
  readonly swapLimit: number | null;
  readonly swapUsage: number | null;
  readonly events: ReadonlyMap<string, number>;
  readonly pressure: PressureTotals | null;
}

/** Where the files of a cgroup are. */
export function cgroupFolder(sysRoot: string, { version, path }: MemoryCgroup): string {
  return join(sysRoot, 'fs/cgroup', version === 1 ? 'memory' : '', path);
}

/** The limit of one cgroup alone. */
export function readLimit(sysRoot: string, cgroup: MemoryCgroup): number | null {
  return bytesIn(cgroupFolder(sysRoot, cgroup), cgroup.version === 1 ? 'memory.limit_in_bytes' : 'memory.max');
}

/**
 * Of a cgroup and those that it is in the one with the lowest limit, which the kernel reaches first where they all hold one job; the
 * cgroup itself where none is limited.
 */
export function limitingCgroup(sysRoot: string, { version, path }: MemoryCgroup): MemoryCgroup {
  let lowest: { readonly path: string; readonly limit: number } = { path, limit: Infinity };
  const parts = path.split('/').filter((part) => part !== '');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const above = `/${parts.slice(0, depth).join('/')}`;
    const limit = readLimit(sysRoot, { version, path: above });
    if (limit !== null && limit < lowest.limit) lowest = { path: above, limit };
  }
  return { version, path: lowest.path };
}

/**
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
 * https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 */
export function readCgroupMemory(sysRoot: string, cgroup: MemoryCgroup): CgroupMemory {
  const folder = cgroupFolder(sysRoot, cgroup);
  const bytes = (name: string) => bytesIn(folder, name);
  const keyed = (name: string) => parseKeyed(textIn(folder, name));
  const stat = keyed('memory.stat');
  if (cgroup.version === 2) {
    const usage = bytes('memory.current');
    const workingSet = less(usage, stat.get('inactive_file'));
    return {
      limit: bytes('memory.max'),
      usage,
      workingSet,
      held: less(less(workingSet, stat.get('active_file')), stat.get('slab_reclaimable')),
      peak: bytes('memory.peak'),
      swapLimit: bytes('memory.swap.max'),
      swapUsage: bytes('memory.swap.current'),
      events: keyed('memory.events'),
      pressure: parsePressure(textIn(folder, 'memory.pressure')),
    };
  }
  const [limit, usage, failures] = [
    bytes('memory.limit_in_bytes'),
    bytes('memory.usage_in_bytes'),
    bytes('memory.failcnt'),
  ];
  const kills = keyed('memory.oom_control').get('oom_kill');
  const workingSet = less(usage, stat.get('total_inactive_file'));
  return {
    limit,
    usage,
    workingSet,
    held: less(workingSet, stat.get('total_active_file')),
    peak: bytes('memory.max_usage_in_bytes'),
    swapLimit: less(bytes('memory.memsw.limit_in_bytes'), limit ?? undefined, null),
    swapUsage: stat.get('total_swap') ?? null,
    events: new Map([
      ...(failures === null ? [] : [['max', failures] as const]),
      ...(kills === undefined ? [] : [['oom_kill', kills] as const]),
    ]),
    pressure: null,
  };
}

function less(total: number | null, part: number | undefined, otherwise = total): number | null {
  return total === null || part === undefined ? otherwise : Math.max(0, total - part);
}

function bytesIn(folder: string, name: string): number | null {
  return parseBytes(textIn(folder, name));
}

function textIn(folder: string, name: string): string {
  const file = readKernelFile(join(folder, name));
  return 'text' in file ? file.text : '';
}

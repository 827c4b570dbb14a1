import type { Systeminformation } from 'systeminformation';

/** What is read of what the library tells of memory. */
export type MemoryFacts = Pick<
  Systeminformation.MemData,
  'total' | 'available' | 'free' | 'buffers' | 'cached' | 'swaptotal' | 'swapused'
>;

/** The lines of `/proc/meminfo` that are read, in KiB: https://docs.kernel.org/filesystems/proc.html#meminfo */
const names = {
  total: 'MemTotal',
  available: 'MemAvailable',
  free: 'MemFree',
  buffers: 'Buffers',
  cached: 'Cached',
  swaptotal: 'SwapTotal',
  swapfree: 'SwapFree',
} as const;

/** In bytes; NaN where there is no such line. */
export function parseMeminfo(text: string): MemoryFacts {
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}: +(\\d{1,15}) kB$`, 'm').exec(text)?.[1] ?? NaN);
  const { swapfree, ...others } = names;
  const facts = Object.fromEntries(Object.entries(others).map(([key, name]) => [key, bytes(name)]));
  return { ...(facts as Record<keyof typeof others, number>), swapused: bytes(names.swaptotal) - bytes(swapfree) };
}

import { createRequire } from 'node:module';
import type si from 'systeminformation';
import { beatOptions, CollectorError } from '../collect/index.ts';
import { gauge } from '../series/index.ts';
import { parseMeminfo, type MemoryFacts } from './meminfo.ts';
import { nodeCollector } from './node-collector.ts';
import { readProc } from './proc.ts';

const metrics = {
  total: gauge('gradwatch_node_memory_total_bytes', { help: 'Memory of the node' }),
  available: gauge('gradwatch_node_memory_available_bytes', {
    help: 'Memory that applications can still have without swapping',
  }),
  used: gauge('gradwatch_node_memory_used_bytes', { help: 'Memory in use: total less available' }),
  free: gauge('gradwatch_node_memory_free_bytes', { help: 'Memory that nothing uses, not even a cache' }),
  buffers: gauge('gradwatch_node_memory_buffers_bytes', { help: 'Memory of block device buffers' }),
  cached: gauge('gradwatch_node_memory_cached_bytes', { help: 'Memory of the page cache' }),
  swapTotal: gauge('gradwatch_node_swap_total_bytes', { help: 'Swap space of the node' }),
  swapUsed: gauge('gradwatch_node_swap_used_bytes', { help: 'Swap space in use' }),
} as const;

type Key = keyof typeof metrics;

/** The part of the library that reads memory: with all others, which the inventory needs in its own process, it is a megabyte more. */
const { mem } = createRequire(import.meta.url)('systeminformation/lib/memory.js') as Pick<typeof si, 'mem'>;

/** Memory and swap. On Linux the library reads `/proc/meminfo` and starts no process for it; it cannot be told of another root. */
export const memory = nodeCollector({
  name: 'memory',
  metrics,
  options: beatOptions({ what: 'memory', interval: { default: '5s', min: '1s', max: '5m' } }),
  create: (context, { interval }) => {
    const { procRoot } = context;
    const row = context.table.group([], metrics).row({});
    return {
      intervalSeconds: interval,
      budgetSeconds: 3,
      collect: async () => {
        const facts = procRoot === '/proc' ? await mem() : parseMeminfo(readProc(procRoot, 'meminfo'));
        const readings = memoryReadings(facts, process.platform);
        if (readings === null) throw new CollectorError('malformed', 'the system tells no size of its memory');
        for (const [key, bytes] of readings) row.set(key, bytes);
      },
      expire: () => {
        for (const key of Object.keys(metrics) as Key[]) row.clear(key);
      },
    };
  },
});

/** The figures that the library knows on this system: it gives zeros for buffers and cache wherever it does not read them. */
export function memoryReadings(mem: MemoryFacts, platform: NodeJS.Platform): ReadonlyMap<Key, number> | null {
  if (!(mem.total > 0)) return null;
  const readings: [Key, number][] = [
    ['total', mem.total],
    ['available', mem.available],
    ['used', mem.total - mem.available],
    ['free', mem.free],
    ['swapTotal', mem.swaptotal],
    ['swapUsed', mem.swapused],
  ];
  if (platform === 'linux') readings.push(['buffers', mem.buffers], ['cached', mem.cached]);
  return new Map(readings.filter(([, bytes]) => bytes >= 0));
}

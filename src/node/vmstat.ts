import { beatOptions, CollectorError } from '../collect/index.ts';
import { counter } from '../series/index.ts';
import { requireLinux } from './linux-only.ts';
import { nodeCollector } from './node-collector.ts';
import { readProc } from './proc.ts';

const metrics = {
  oomKills: counter('gradwatch_node_oom_kills_total', {
    help: 'Processes that the kernel killed for want of memory, of the node or of a cgroup',
  }),
  majorFaults: counter('gradwatch_node_major_page_faults_total', {
    help: 'Page faults that had to wait for a disk',
  }),
  swappedIn: counter('gradwatch_node_swapped_in_pages_total', { help: 'Pages brought in from swap' }),
  swappedOut: counter('gradwatch_node_swapped_out_pages_total', { help: 'Pages written to swap' }),
} as const;

type Key = keyof typeof metrics;

/** https://docs.kernel.org/filesystems/proc.html (vmstat); `oom_kill` came with Linux 4.13. */
const names: Readonly<Record<Key, string>> = {
  oomKills: 'oom_kill',
  majorFaults: 'pgmajfault',
  swappedIn: 'pswpin',
  swappedOut: 'pswpout',
};

/** What memory cost. The kernel counts it for the machine, in a container too. */
export const vmstat = nodeCollector({
  name: 'vmstat',
  metrics,
  options: beatOptions({
    what: 'OOM kills, page faults and swapping',
    interval: { default: '15s', min: '1s', max: '5m' },
  }),
  create: ({ table, procRoot }, { interval }) => {
    const row = table.group([], metrics).row({});
    return {
      intervalSeconds: interval,
      budgetSeconds: 1,
      collect: () => {
        requireLinux('what memory costs');
        const counts = vmstatCounts(readProc(procRoot, 'vmstat'));
        if (counts.size === 0)
          throw new CollectorError('malformed', `${procRoot}/vmstat has none of the lines looked for`);
        for (const [key, count] of counts) row.set(key, count);
        return Promise.resolve();
      },
      expire: () => {
        for (const key of Object.keys(metrics) as Key[]) row.clear(key);
      },
    };
  },
});

/** The counts that this kernel has. */
export function vmstatCounts(text: string): ReadonlyMap<Key, number> {
  const counts = new Map<Key, number>();
  for (const [key, name] of Object.entries(names) as [Key, string][]) {
    const count = new RegExp(`^${name} (\\d{1,20})$`, 'm').exec(text)?.[1];
    if (count !== undefined) counts.set(key, Number(count));
  }
  return counts;
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beatOptions, type Collector, type CollectorContext, SourceAbsent } from '../collect/index.ts';
import { counter, FreshRows, gauge, info, type Row } from '../series/index.ts';
import { type MemoryCgroup, parseMemoryCgroup } from './cgroup-files.ts';
import { findOwnCgroup } from './own-cgroup.ts';
import { type CgroupMemory, limitingCgroup, readCgroupMemory, readLimit } from './cgroup-reading.ts';
import { readKernelFile } from './kernel-file.ts';
import { requireLinux } from './linux-only.ts';
import { workerCollector } from './worker-collector.ts';
import type { WorkerTree } from './worker-tree.ts';

const labels = ['cgroup'] as const;

const amounts = {
  limit: gauge('gradwatch_node_cgroup_memory_limit_bytes', {
    help: 'Memory that the cgroup may use before the kernel kills in it; absent where it has no limit of its own',
    labels,
  }),
  usage: gauge('gradwatch_node_cgroup_memory_usage_bytes', {
    help: 'Memory that the cgroup uses, page cache included',
    labels,
  }),
  workingSet: gauge('gradwatch_node_cgroup_memory_working_set_bytes', {
    help: 'Memory that the cgroup uses without the inactive page cache, which the kernel gives up first',
    labels,
  }),
  held: gauge('gradwatch_node_cgroup_memory_held_bytes', {
    help: 'Memory that the cgroup uses without page cache and reclaimable slab: what the kernel cannot give up without swap',
    labels,
  }),
  peak: gauge('gradwatch_node_cgroup_memory_peak_bytes', { help: 'The most memory that the cgroup ever used', labels }),
  swapLimit: gauge('gradwatch_node_cgroup_memory_swap_limit_bytes', {
    help: 'Swap space that the cgroup may use; absent where it has no limit of its own',
    labels,
  }),
  swapUsage: gauge('gradwatch_node_cgroup_memory_swap_usage_bytes', {
    help: 'Swap space that the cgroup uses',
    labels,
  }),
} as const;

const pressures = {
  waiting: counter('gradwatch_node_cgroup_memory_pressure_waiting_seconds_total', {
    help: 'Time in which at least one task of the cgroup was held up for want of memory',
    labels,
  }),
  stalled: counter('gradwatch_node_cgroup_memory_pressure_stalled_seconds_total', {
    help: 'Time in which all tasks of the cgroup that were not idle were held up for want of memory',
    labels,
  }),
} as const;

const eventMetrics = {
  events: counter('gradwatch_node_cgroup_memory_events_total', {
    help: 'Times that the cgroup reached its limit (max), was slowed at its soft one (high), found no memory (oom), or had a process killed (oom_kill)',
    labels: ['cgroup', 'event'],
  }),
} as const;

const infoMetrics = {
  info: info('gradwatch_rank_cgroup_info', {
    help: 'The cgroup whose memory limit the rank reaches first; its own where none is limited',
    labels: ['run', 'rank', 'cgroup'],
  }),
} as const;

const unseenMetrics = {
  unseen: gauge('gradwatch_exporter_ranks_without_cgroup', {
    help: "Ranks on this node whose cgroup the exporter does not see: it takes the node's /sys where the exporter has a cgroup namespace of its own",
  }),
} as const;

const events = ['high', 'max', 'oom', 'oom_kill'] as const;
type Key = keyof typeof amounts | keyof typeof pressures;

/**
 * Memory as the kernel limits it: of the cgroups in which known workers run, and of `/`, the root of what the exporter sees, where that has
 * a limit. It has one only inside a container, and there it holds for everything in it.
 */
export const cgroupMemory = workerCollector({
  name: 'cgroup_memory',
  metrics: { ...amounts, ...pressures, ...eventMetrics, ...infoMetrics, ...unseenMetrics },
  options: beatOptions({ what: 'the memory of cgroups', interval: { default: '15s', min: '1s', max: '5m' } }),
  create: (context, { interval }, tree) => new CgroupMemoryCollector(context, interval, tree),
});

class CgroupMemoryCollector implements Collector {
  readonly intervalSeconds: number;
  readonly budgetSeconds = 5;
  readonly #context: CollectorContext;
  readonly #tree: WorkerTree;
  readonly #amounts: FreshRows<Key, 'cgroup'>;
  readonly #events: FreshRows<'events', 'cgroup' | 'event'>;
  readonly #infos: FreshRows<'info', 'run' | 'rank' | 'cgroup'>;
  readonly #unseen: Row<'unseen'>;
  /** What this process sees as the root; it stays the same as long as the process lives. */
  #root: string | null = null;

  constructor(context: CollectorContext, intervalSeconds: number, tree: WorkerTree) {
    this.#context = context;
    this.intervalSeconds = intervalSeconds;
    this.#tree = tree;
    this.#amounts = new FreshRows(context.table.group(labels, { ...amounts, ...pressures }));
    this.#events = new FreshRows(context.table.group(['cgroup', 'event'], eventMetrics));
    this.#infos = new FreshRows(context.table.group(['run', 'rank', 'cgroup'], infoMetrics));
    this.#unseen = context.table.group([], unseenMetrics).row({});
  }

  /** @throws CollectorError `unreadable` @throws SourceAbsent */
  async collect(): Promise<void> {
    requireLinux('the memory of cgroups');
    const { procRoot, sysRoot } = this.#context;
    const root = join(sysRoot, 'fs/cgroup');
    if (!existsSync(join(root, 'memory')) && !existsSync(join(root, 'cgroup.controllers')))
      throw new SourceAbsent('not_on_this_machine', `no cgroup hierarchy of memory is mounted at ${root}`);
    const version = existsSync(join(root, 'memory')) ? 1 : 2;
    this.#root ??= await this.#findRoot(version);
    const { ranks } = await this.#tree.find();
    let unseen = 0;
    const cgroups = new Map<string, MemoryCgroup>();
    this.#infos.begin();
    for (const { run, rank, pids } of ranks) {
      const file = readKernelFile(join(procRoot, String(pids[0]), 'cgroup'));
      if (pids.length === 0 || 'code' in file) continue;
      const own = parseMemoryCgroup(file.text, this.#root);
      if (own === null) {
        unseen += 1;
        continue;
      }
      const cgroup = limitingCgroup(sysRoot, own);
      cgroups.set(cgroup.path, cgroup);
      this.#infos.row({ run, rank, cgroup: cgroup.path }).set('info', 1);
    }
    this.#infos.settle();
    this.#unseen.set('unseen', unseen);
    const seen: MemoryCgroup = { version, path: '/' };
    // The root of a pod that holds the exporter alone says nothing of the node.
    const alone = process.env['KUBERNETES_SERVICE_HOST'] !== undefined;
    if (!alone && readLimit(sysRoot, seen) !== null) cgroups.set('/', seen);
    this.#show([...cgroups.values()].map((cgroup) => [cgroup.path, readCgroupMemory(sysRoot, cgroup)]));
  }

  expire(): void {
    for (const rows of [this.#amounts, this.#events, this.#infos]) rows.clear();
    this.#unseen.clear('unseen');
  }

  /** Another than `/` only where the node's hierarchy is mounted beside the one that this process sees. */
  async #findRoot(version: 1 | 2): Promise<string> {
    const { sysRoot } = this.#context;
    const hierarchy = version === 1 ? 'fs/cgroup/memory' : 'fs/cgroup';
    return sysRoot === '/sys' ? '/' : ((await findOwnCgroup(join('/sys', hierarchy), join(sysRoot, hierarchy))) ?? '/');
  }

  #show(read: readonly (readonly [cgroup: string, memory: CgroupMemory])[]): void {
    this.#amounts.show(
      read.map(([cgroup, { events: _, pressure, ...figures }]) => ({
        labels: { cgroup },
        values: { ...figures, waiting: pressure?.some ?? null, stalled: pressure?.full ?? null },
      })),
    );
    this.#events.show(
      read.flatMap(([cgroup, memory]) =>
        events.flatMap((event) => {
          const count = memory.events.get(event);
          return count === undefined ? [] : [{ labels: { cgroup, event }, values: { events: count } }];
        }),
      ),
    );
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { beatOptions, type Collector, type CollectorContext } from '../collect/index.ts';
import { counter, gauge, type Row, type SeriesGroup } from '../series/index.ts';
import { requireLinux } from './linux-only.ts';
import { ProcessTotals } from './process-totals.ts';
import { type ProcessUsage, readProcessUsage } from './process-usage.ts';
import { workerCollector } from './worker-collector.ts';
import { type RankProcesses, unmatchedReasons, type WorkerTree } from './worker-tree.ts';

const labels = ['run', 'rank'] as const;

const gauges = {
  processes: gauge('gradwatch_rank_processes', {
    help: 'Processes of the rank: its own and all that descend from it',
    labels,
  }),
  uninterruptible: gauge('gradwatch_rank_processes_uninterruptible', {
    help: 'Processes of the rank whose main thread waits for a device or a file server and cannot be interrupted (state D)',
    labels,
  }),
  threads: gauge('gradwatch_rank_process_threads', { help: 'Threads of the processes of the rank', labels }),
  resident: gauge('gradwatch_rank_process_resident_bytes', {
    help: 'Resident memory of the processes of the rank; what several of them share is in it several times',
    labels,
  }),
  anonymous: gauge('gradwatch_rank_process_anonymous_bytes', {
    help: 'Resident memory of the processes of the rank with neither a file nor shared memory behind it: heap and stacks',
    labels,
  }),
  openFiles: gauge('gradwatch_rank_process_open_fds', {
    help: 'Open file descriptors of the processes of the rank',
    labels,
  }),
} as const;

const counters = {
  cpuSeconds: counter('gradwatch_rank_process_cpu_seconds_total', {
    help: 'CPU time of the processes of the rank since the exporter first saw it',
    labels,
  }),
  readBytes: counter('gradwatch_rank_process_read_bytes_total', {
    help: 'Bytes that the processes of the rank had read from storage since the exporter first saw it; the page cache is left out',
    labels,
  }),
  writtenBytes: counter('gradwatch_rank_process_written_bytes_total', {
    help: 'Bytes that the processes of the rank had written to storage since the exporter first saw it',
    labels,
  }),
} as const;

const unmatchedMetrics = {
  unmatched: gauge('gradwatch_exporter_unmatched_workers', {
    help: 'Workers that are connected whose process is not known, by reason',
    labels: ['reason'],
  }),
} as const;

type Key = keyof typeof gauges | keyof typeof counters;

/** What the processes of each rank use. */
export const workerProcesses = workerCollector({
  name: 'worker_processes',
  metrics: { ...gauges, ...counters, ...unmatchedMetrics },
  options: beatOptions({ what: 'the processes of workers', interval: { default: '15s', min: '1s', max: '5m' } }),
  create: (context, { interval }, tree) => new WorkerProcessCollector(context, interval, tree),
});

/** Processes that are read between two turns of the event loop: about two milliseconds. */
const processesPerTurn = 20;

interface ShownRank {
  readonly row: Row<Key>;
  readonly totals: ProcessTotals;
}

class WorkerProcessCollector implements Collector {
  readonly intervalSeconds: number;
  readonly budgetSeconds = 5;
  readonly #context: CollectorContext;
  readonly #tree: WorkerTree;
  readonly #group: SeriesGroup<Key, (typeof labels)[number]>;
  readonly #unmatched: SeriesGroup<'unmatched', 'reason'>;
  #shown: ReadonlyMap<string, ShownRank> = new Map();

  constructor(context: CollectorContext, intervalSeconds: number, tree: WorkerTree) {
    this.#context = context;
    this.intervalSeconds = intervalSeconds;
    this.#tree = tree;
    this.#group = context.table.group(labels, { ...gauges, ...counters });
    this.#unmatched = context.table.group(['reason'], unmatchedMetrics);
  }

  /** @throws CollectorError `unreadable` @throws SourceAbsent */
  async collect(): Promise<void> {
    requireLinux('what the processes of workers use');
    const { ranks, unmatched } = await this.#tree.find();
    const shown = new Map<string, ShownRank>();
    for (const rank of ranks) {
      const row = this.#group.row({ run: rank.run, rank: rank.rank });
      const known = this.#shown.get(row.block) ?? { row, totals: new ProcessTotals() };
      show(known, await this.#read(rank));
      shown.set(row.block, known);
    }
    for (const [block, { row }] of this.#shown) if (!shown.has(block)) row.remove();
    this.#shown = shown;
    for (const reason of unmatchedReasons) this.#unmatched.row({ reason }).set('unmatched', unmatched.get(reason) ?? 0);
  }

  /** The counters stay true. */
  expire(): void {
    for (const { row } of this.#shown.values()) clearGauges(row);
    for (const reason of unmatchedReasons) this.#unmatched.row({ reason }).remove();
  }

  async #read({ pids }: RankProcesses): Promise<readonly ProcessUsage[]> {
    const processes: ProcessUsage[] = [];
    for (const [at, pid] of pids.entries()) {
      if (at % processesPerTurn === processesPerTurn - 1) await nextTurn();
      const usage = readProcessUsage(this.#context.procRoot, pid);
      if (usage !== null && this.#tree.isStill(pid, usage.startTicks)) processes.push(usage);
    }
    return processes;
  }
}

function show({ row, totals }: ShownRank, processes: readonly ProcessUsage[]): void {
  clearGauges(row);
  // What a rank without processes had used stays as it was.
  if (processes.length === 0) return;
  row.set('processes', processes.length);
  row.set('uninterruptible', processes.filter(({ state }) => state === 'D').length);
  setSum(
    row,
    'threads',
    processes.map(({ threads }) => threads),
  );
  // A process that has ended and was not yet waited for has no memory and no files.
  const alive = processes.filter(({ state }) => state !== 'Z' && state !== 'X');
  setSum(
    row,
    'resident',
    alive.map(({ residentBytes }) => residentBytes),
  );
  setSum(
    row,
    'anonymous',
    alive.map(({ anonymousBytes }) => anonymousBytes),
  );
  setSum(
    row,
    'openFiles',
    alive.map(({ openFiles }) => openFiles),
  );
  for (const [key, value] of Object.entries(totals.update(processes)) as [keyof typeof counters, number | null][]) {
    if (value !== null) row.set(key, value);
  }
}

/** A sum with a part that is not known would be too small: then there is none. */
function setSum(row: Row<Key>, key: keyof typeof gauges, parts: readonly (number | null)[]): void {
  if (parts.every((part) => part !== null))
    row.set(
      key,
      parts.reduce((sum, part) => sum + part, 0),
    );
}

function clearGauges(row: Row<Key>): void {
  for (const key of Object.keys(gauges) as (keyof typeof gauges)[]) row.clear(key);
}

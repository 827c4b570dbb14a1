import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readKernelFile } from './kernel-file.ts';
import { readProc } from './proc.ts';
import { parseProcessStatus } from './process-files.ts';
import { ProcessTable } from './process-table.ts';

/** A rank, as the labels of its series name it. */
export interface RankName {
  readonly run: string;
  readonly rank: string;
}

/** The process of a rank as it told of itself. */
export interface KnownWorker extends RankName {
  readonly process: {
    readonly pid: number;
    readonly bootId: string;
    readonly startTicks: number;
    /** The inode of its pid namespace, where it told. */
    readonly pidNamespace?: number | undefined;
  } | null;
  /** It speaks now. One that does not may have ended, or hang. */
  readonly live: boolean;
}

/** Why the process of a rank that speaks is not known. */
export const unmatchedReasons = [
  /** The worker did not say by what its process is found. */
  'not_told',
  /** It runs under another kernel: on another machine, or in a virtual one. */
  'other_machine',
  /** It is not among the processes that this exporter sees. */
  'not_found',
  /** Processes of several pid namespaces have its pid and started in the same hundredth of a second, and theirs cannot be told apart. */
  'ambiguous',
  /** Another rank that speaks is the same process. */
  'shared',
] as const;
export type UnmatchedReason = (typeof unmatchedReasons)[number];

/** A rank and its processes that are there: its own first, then all that descend from it; none where its own was not found. */
export interface RankProcesses extends RankName {
  readonly pids: readonly number[];
}

export interface WorkerProcesses {
  readonly ranks: readonly RankProcesses[];
  readonly unmatched: ReadonlyMap<UnmatchedReason, number>;
}

export interface WorkerTreeParts {
  readonly procRoot: string;
  readonly workers: () => readonly KnownWorker[];
  /** Seconds on a clock that never steps back. */
  readonly monotonic: () => number;
}

/** What was found is good for so many seconds: those who ask within them share one look at the machine. */
const freshSeconds = 5;
/** A rank has a few dozen: loaders of data, compilers. */
const maxProcessesPerRank = 4096;

/**
 * Finds the processes of known workers among those of the machine. A worker names its process by the kernel's boot, its start and its pid
 * as it sees it; the start is the same in every pid namespace, and the list of pids in `status` ends with the one that the worker sees. So a
 * process in a container is found where the exporter sees the host's processes, without any right over it, and nothing is guessed.
 */
export class WorkerTree {
  readonly #parts: WorkerTreeParts;
  readonly #table: ProcessTable;
  /** Pids of workers that were found, by what they told. */
  #matches = new Map<string, number>();
  #last: { readonly at: number; readonly found: Promise<WorkerProcesses> } | null = null;

  constructor(parts: WorkerTreeParts) {
    this.#parts = parts;
    this.#table = new ProcessTable(parts.procRoot);
  }

  /** @throws CollectorError `unreadable` */
  find(): Promise<WorkerProcesses> {
    const at = this.#parts.monotonic();
    if (this.#last === null || at - this.#last.at >= freshSeconds) this.#last = { at, found: this.#look() };
    return this.#last.found;
  }

  /** The rank to which each process belongs, by its pid as this proc file system has it. @throws CollectorError `unreadable` */
  async owners(): Promise<ReadonlyMap<number, RankName>> {
    const { ranks } = await this.find();
    return new Map(ranks.flatMap(({ run, rank, pids }) => pids.map((pid) => [pid, { run, rank }] as const)));
  }

  /** Whether a pid is still that of the process that was found; one that is not is looked at anew next time. */
  isStill(pid: number, startTicks: number): boolean {
    const is = this.#table.startOf(pid) === startTicks;
    if (!is) this.#table.forget(pid);
    return is;
  }

  async #look(): Promise<WorkerProcesses> {
    // A process that speaks is not that of a rank that spoke before.
    const workers = [...this.#parts.workers()].sort((one, other) => Number(other.live) - Number(one.live));
    const unmatched = new Map<UnmatchedReason, number>();
    if (workers.length === 0) return { ranks: [], unmatched };
    const bootId = readProc(this.#parts.procRoot, 'sys/kernel/random/boot_id').trim();
    await this.#table.refresh();
    const matches = new Map<string, number>();
    const roots = new Map<number, KnownWorker>();
    for (const worker of workers) {
      const match = this.#match(worker, bootId, matches);
      if (typeof match === 'number' && !roots.has(match)) {
        roots.set(match, worker);
      } else if (worker.live) {
        const reason = typeof match === 'number' ? 'shared' : match;
        unmatched.set(reason, (unmatched.get(reason) ?? 0) + 1);
      }
    }
    this.#matches = matches;
    const children = this.#table.children();
    const pids = new Map([...roots].map(([root, worker]) => [worker, descendants(root, children, roots)]));
    return { ranks: workers.map((worker) => ({ ...nameOf(worker), pids: pids.get(worker) ?? [] })), unmatched };
  }

  #match({ process }: KnownWorker, bootId: string, matches: Map<string, number>): number | UnmatchedReason {
    if (process === null) return 'not_told';
    if (process.bootId !== bootId) return 'other_machine';
    const key = `${process.pid} ${process.startTicks} ${process.pidNamespace ?? ''}`;
    const known = this.#matches.get(key);
    const found =
      known !== undefined && this.#table.startOf(known) === process.startTicks
        ? [known]
        : this.#table.startedAt(process.startTicks).filter((pid) => this.#ownPid(pid) === process.pid);
    const alike = found.length > 1 ? found.filter((pid) => this.#isIn(pid, process.pidNamespace)) : found;
    const [pid] = alike;
    if (pid === undefined) return found.length > 1 ? 'ambiguous' : 'not_found';
    if (alike.length > 1) return 'ambiguous';
    matches.set(key, pid);
    return pid;
  }

  /** Whether a process is in a pid namespace. Which one it is in the kernel tells only to those who may trace it. */
  #isIn(pid: number, namespace: number | undefined): boolean {
    try {
      return readlinkSync(join(this.#parts.procRoot, String(pid), 'ns/pid')) === `pid:[${namespace ?? ''}]`;
    } catch {
      return false;
    }
  }

  /** The pid that a process sees as its own. */
  #ownPid(pid: number): number {
    const file = readKernelFile(join(this.#parts.procRoot, String(pid), 'status'));
    return ('text' in file ? parseProcessStatus(file.text).namespacePids.at(-1) : undefined) ?? pid;
  }
}

function nameOf({ run, rank }: RankName): RankName {
  return { run, rank };
}

/** The process and all below it, without those that are a rank of their own. */
function descendants(
  root: number,
  children: ReadonlyMap<number, readonly number[]>,
  roots: ReadonlyMap<number, unknown>,
): readonly number[] {
  const pids = new Set([root]);
  for (const pid of pids) {
    for (const child of children.get(pid) ?? []) {
      if (pids.size < maxProcessesPerRank && !roots.has(child)) pids.add(child);
    }
  }
  return [...pids];
}

import * as v from 'valibot';
import type { SeriesTable } from '../series/index.ts';
import type { LimitOfNow, Section } from '../snapshot/index.ts';
import { fields } from './fields.ts';
import { RunsLimitError } from './limit-error.ts';
import { rankMetrics, runMetrics } from './metrics.ts';
import { MigInstances } from './mig-instances.ts';
import { AllNamedSeries } from './named-series.ts';
import type { RankIdentity, RunListener } from './observation.ts';
import type { RunsOptions } from './options.ts';
import type { RankHello, WorkerProcess } from './hello.ts';
import type { RankProgress, RunProgress } from './progress.ts';
import { Cleaned } from './cleaned.ts';
import type { Rank } from './rank.ts';
import type { Condition } from './standing.ts';
import { Run, type RunParts } from './run.ts';
import { reportSeries } from './report-series.ts';
import { reportRun, type RunReport } from './run-report.ts';
import { windowSeries } from './step-windows.ts';
import { savedByName } from './saved-by-name.ts';
import { savedRank } from './saved-rank.ts';

export interface RunsContext {
  readonly table: SeriesTable;
  readonly listener: RunListener;
  readonly options: RunsOptions;
  /** Unix time in seconds. */
  readonly now: () => number;
  /** Seconds for which what has ended stays in any case, so that every scrape sees how it ended and what was found about it. */
  readonly hold: () => number;
}

/** The process of a rank. */
export interface Worker {
  readonly run: string;
  /** As the label of series has it. */
  readonly rank: string;
  readonly process: WorkerProcess | null;
  /** It speaks now. */
  readonly live: boolean;
}

/** A rank with its run: one part of the section, so that what was counted and the batch up to which it was are of one moment. */
const savedPart = v.object({
  startedAt: v.number(),
  facts: v.object({
    worldSize: v.number(),
    framework: v.nullable(v.string()),
    model: v.nullable(v.string()),
    job: v.optional(v.nullable(v.string()), null),
    labels: v.optional(savedByName(v.string()), {}),
  }),
  rank: savedRank,
});

type SavedPart = v.InferOutput<typeof savedPart>;

/** Seconds between two ticks of an exporter that is not held up. */
const longestTick = 10;

/** All runs that this node has heard of: the owner of run, rank and step state and of their series. */
export class Runs {
  readonly #context: RunsContext;
  #options: RunsOptions;
  readonly #parts: RunParts;
  readonly #runs = new Map<string, Run>();
  #revision = 0;
  #tickedAt: number | null = null;

  constructor(context: RunsContext) {
    this.#context = context;
    this.#options = context.options;
    const { info: runInfo, label, ...runState } = runMetrics;
    const { info: rankInfo, pod: rankPod, ...ofRank } = rankMetrics;
    const series = {
      runs: context.table.group(['run'], runState),
      runInfos: context.table.group(runInfo.labels, { info: runInfo }),
      ranks: context.table.group(['run', 'rank'], { ...ofRank, ...fields }),
      labels: context.table.group(label.labels, { label }),
      reports: reportSeries(context.table),
      windows: windowSeries(context.table),
      rankInfos: context.table.group(rankInfo.labels, { info: rankInfo }),
      rankPods: context.table.group(rankPod.labels, { info: rankPod }),
    };
    const changed = (): void => {
      this.#revision += 1;
    };
    this.#parts = {
      series,
      named: new AllNamedSeries(() => this.#options),
      listener: context.listener,
      limits: () => this.#options,
      cleaned: new Cleaned(context.table),
      instances: new MigInstances(),
      now: context.now,
      changed,
    };
  }

  /** Goes by other limits and lifetimes from now on; what is held stays. */
  reconfigure(options: RunsOptions): void {
    this.#options = options;
  }

  /** What each worker may report. */
  get limits(): RunsOptions {
    return this.#options;
  }

  holds(run: string): boolean {
    return this.#runs.has(run);
  }

  /** The rank, also when it has ended; undefined when it is not held. */
  find(run: string, rank: number): Rank | undefined {
    return this.#runs.get(run)?.ranks.get(rank);
  }

  /**
   * A process begins to speak for a rank; `resumed` when it is the one that spoke for it before. Who may is the caller's to decide.
   * @throws RunsLimitError when there is no place, and nothing that has ended may make one.
   */
  join(hello: RankHello, resumed: boolean): Rank {
    if (this.find(hello.run, hello.rank) === undefined) this.#makeRoomFor(hello);
    const run = this.#runs.get(hello.run) ?? new Run(hello.run, this.#context.now(), this.#parts);
    this.#runs.set(hello.run, run);
    return run.join(hello, resumed);
  }

  /** How far findings impair a rank, or with `rank` null a whole run. What is not held is left alone. */
  setCondition(run: string, rank: number | null, condition: Condition): void {
    this.#runs.get(run)?.setCondition(rank, condition);
  }

  /** Whether a rank takes no further step although its process is alive. What is not held is left alone. */
  setStalled({ run, rank }: RankIdentity, stalled: boolean): void {
    this.find(run, rank)?.standing.setStalled(stalled);
  }

  /**
   * Takes of which GPU each MIG instance is a part.
   * @param gpus uuid of its GPU, by the uuid of the instance
   */
  placeInstances(gpus: ReadonlyMap<string, string>): void {
    const ranks = [...this.#runs.values()].flatMap((run) => [...run.ranks.values()].map((rank) => ({ run, rank })));
    const before = ranks.map(({ rank }) => rank.gpuUuid);
    this.#parts.instances.take(gpus);
    for (const [at, { run, rank }] of ranks.entries()) if (rank.gpuUuid !== before[at]) run.placed(rank.hello);
  }

  /** How the ranks get on of which that can be told. */
  progress(now: number): readonly RunProgress[] {
    return [...this.#runs.values()].map(({ name, ranks }) => ({
      run: name,
      ranks: [...ranks.values()]
        .map((rank) => rank.progress(now))
        .filter((told): told is RankProgress => told !== null),
    }));
  }

  /** Plain facts, in the order in which the runs began. */
  listRuns(): readonly RunReport[] {
    return [...this.#runs.values()].map(reportRun);
  }

  /** The GPUs on which the ranks of a run, or one of them, compute, as far as it is known. */
  gpusOf(run: string, rank: number | null): readonly string[] {
    const ranks = this.#runs.get(run)?.ranks;
    const meant = rank === null ? [...(ranks?.values() ?? [])] : [ranks?.get(rank)];
    return meant.flatMap((each) => each?.gpuUuid ?? []);
  }

  /** When the first rank of a run came, in Unix seconds; null for a run that is not held. */
  startedAt(run: string): number | null {
    return this.#runs.get(run)?.startedAt ?? null;
  }

  /** When the last rank of a run ended, in Unix seconds; null while one is alive, and for a run that is not held. */
  endedAt(run: string): number | null {
    return this.#runs.get(run)?.endedAt ?? null;
  }

  /** Who speaks for the ranks that are held, or did so last. A process that ended its call may still be there, and in trouble. */
  listWorkers(): readonly Worker[] {
    return [...this.#runs.values()].flatMap(({ ranks }) =>
      [...ranks.values()].map(({ hello, endedAt }) => ({
        run: hello.run,
        rank: String(hello.rank),
        process: hello.process,
        live: endedAt === null,
      })),
    );
  }

  /**
   * Gives up ranks that do not come back after a restart of the exporter or whose calls cease, and forgets runs whose lifetime is over. To be called every
   * few seconds.
   */
  tick(now: number): void {
    const { return_within: patience, stale_after: silence, lifetime } = this.#options;
    const passed = now - (this.#tickedAt ?? now);
    this.#tickedAt = now;
    // The clock was set, or the exporter itself was frozen: what workers sent meanwhile is still to be read.
    const unheard = passed < 0 || passed > longestTick ? passed : 0;
    for (const run of this.#runs.values()) {
      for (const rank of run.ranks.values()) rank.tick(now, { unheard, limit: now - patience, silence });
      if (run.endedAt !== null && now - run.endedAt >= lifetime) this.#forget(run);
    }
  }

  /** The runs as they outlive the exporter. */
  get section(): Section {
    return {
      name: 'runs',
      version: 1,
      revision: () => this.#revision,
      save: () => this.#save(),
      leftOut: (part) => {
        const { run, rank } = (part as SavedPart).rank.hello;
        this.find(run, rank)?.intake.leftOut();
      },
      saved: () => {
        for (const run of this.#runs.values()) for (const rank of run.ranks.values()) rank.saved();
      },
      restore: (part, overLimit) => this.#restore(part, overLimit),
    };
  }

  *#save(): Generator<SavedPart> {
    for (const { startedAt, facts, ranks } of this.#runs.values()) {
      for (const rank of ranks.values()) yield { startedAt, facts, rank: rank.save() };
    }
  }

  #restore(part: unknown, overLimit: (limit: LimitOfNow) => void = () => undefined): string | null {
    const read = v.safeParse(savedPart, part);
    if (!read.success) return 'it is not of the expected shape';
    const { startedAt, rank, facts } = read.output;
    const { run: name, rank: number } = rank.hello;
    const held = this.#runs.get(name);
    if (held?.ranks.has(number) === true) return 'it is there twice';
    const full = this.#fullFor(held);
    if (full !== null) {
      overLimit({ option: full, limit: this.#options[full] });
      return null;
    }
    const run = held ?? new Run(name, startedAt, this.#parts);
    this.#runs.set(name, run);
    run.restore(rank, facts, overLimit);
    return null;
  }

  /** The limit that leaves no place for one more rank of this run, undefined where the run is not there yet. */
  #fullFor(run: Run | undefined): 'max_runs' | 'max_ranks' | 'max_total_ranks' | null {
    const { max_runs: maxRuns, max_ranks: maxRanks, max_total_ranks: maxTotal } = this.#options;
    if (run === undefined && this.#runs.size >= maxRuns) return 'max_runs';
    if (run !== undefined && run.ranks.size >= maxRanks) return 'max_ranks';
    return this.#ranks().length >= maxTotal ? 'max_total_ranks' : null;
  }

  #makeRoomFor({ run: name }: RankHello): void {
    const run = this.#runs.get(name);
    if (run === undefined) {
      const replaced = this.#toReplace([...this.#runs.values()], 'max_runs');
      // Its ranks make room, too.
      if (replaced !== null) this.#forget(replaced);
    }
    this.#makeRoomAmong([...(run?.ranks.values() ?? [])], 'max_ranks');
    this.#makeRoomAmong(this.#ranks(), 'max_total_ranks');
  }

  #makeRoomAmong(ranks: readonly Rank[], option: 'max_ranks' | 'max_total_ranks'): void {
    const replaced = this.#toReplace(ranks, option);
    if (replaced === null) return;
    const { run: name, rank } = replaced.hello;
    const run = this.#runs.get(name);
    run?.forget(rank);
    this.#context.listener.rankForgotten(name, rank);
    if (run?.ranks.size === 0 && option === 'max_total_ranks') this.#forget(run);
  }

  /**
   * What makes room for a further one, null where there is room: of those that every scrape has seen end one that finished, before those
   * that somebody has to look at; of several the one that ended first.
   * @throws RunsLimitError when nothing has ended, or all that has is to be held for a while yet
   */
  #toReplace<Item extends Run | Rank>(items: readonly Item[], option: RunsLimitError['option']): Item | null {
    const limit = this.#options[option];
    if (items.length < limit) return null;
    const { now, hold } = this.#context;
    const seenBefore = now() - hold();
    const seen = items.filter(({ endedAt }) => endedAt !== null && endedAt <= seenBefore);
    const replaced = firstEnded(seen.filter(({ state }) => state === 'finished')) ?? firstEnded(seen);
    if (replaced === null) throw new RunsLimitError(option, limit);
    return replaced;
  }

  #ranks(): readonly Rank[] {
    return [...this.#runs.values()].flatMap(({ ranks }) => [...ranks.values()]);
  }

  #forget(run: Run): void {
    this.#runs.delete(run.name);
    this.#revision += 1;
    run.remove();
    this.#context.listener.runForgotten(run.name);
  }
}

/** Of those that have ended the one that did so first. */
function firstEnded<Item extends { readonly endedAt: number | null }>(items: Iterable<Item>): Item | null {
  let first: Item | null = null;
  for (const item of items) {
    if (item.endedAt !== null && item.endedAt < (first?.endedAt ?? Infinity)) first = item;
  }
  return first;
}

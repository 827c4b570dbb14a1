import { isDeepStrictEqual } from 'node:util';
import { FreshRows, type Row, type SeriesGroup } from '../series/index.ts';
import type { Cleaned } from './cleaned.ts';
import type { RankHello } from './hello.ts';
import type { MigInstances } from './mig-instances.ts';
import { runMetrics, rankMetrics } from './metrics.ts';
import type { Exceeded } from './excess.ts';
import { NamedSeries, type AllNamedSeries } from './named-series.ts';
import type { Observation, RankState, RunListener } from './observation.ts';
import type { RunsOptions } from './options.ts';
import { hasEnded, Rank } from './rank.ts';
import type { MovedRank, RankOwner } from './rank-owner.ts';
import { worst, type Condition } from './standing.ts';
import type { SavedRank } from './saved-rank.ts';
import type { ReportSeries } from './report-series.ts';
import type { WindowSeries } from './step-windows.ts';
import type { RankGroup } from './shown-step.ts';

/** The groups of series that runs fill. */
export interface RunSeries {
  readonly runs: SeriesGroup<'state', 'run'>;
  readonly runInfos: SeriesGroup<'info', (typeof runMetrics.info.labels)[number]>;
  readonly ranks: RankGroup;
  readonly rankInfos: SeriesGroup<'info', (typeof rankMetrics.info.labels)[number]>;
  readonly rankPods: SeriesGroup<'info', (typeof rankMetrics.pod.labels)[number]>;
  readonly labels: SeriesGroup<'label', 'run' | 'name' | 'value'>;
  readonly reports: ReportSeries;
  readonly windows: WindowSeries;
}

/** What all runs share. */
export interface RunParts {
  readonly series: RunSeries;
  readonly named: AllNamedSeries;
  readonly listener: RunListener;
  readonly limits: () => RunsOptions;
  readonly cleaned: Cleaned;
  readonly instances: MigInstances;
  /** Unix time in seconds. */
  readonly now: () => number;
  /** Told of every change of what outlives the exporter. */
  readonly changed: () => void;
}

/** What is known of a run beside its ranks: what the last hello that told it said. */
export interface RunFacts {
  readonly worldSize: number;
  readonly framework: string | null;
  readonly model: string | null;
  readonly job: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** One run as this node sees it. */
export class Run implements RankOwner {
  readonly name: string;
  readonly startedAt: number;
  readonly reports: RankOwner['reports'];
  readonly #parts: RunParts;
  readonly #row: Row<'state'>;
  readonly #ranks = new Map<number, Rank>();
  readonly #rankInfos = new Map<number, Row<'info'>>();
  readonly #rankPods = new Map<number, Row<'info'>>();
  readonly #labels: FreshRows<'label', 'run' | 'name' | 'value'>;
  #info: Row<'info'> | null = null;
  #facts: RunFacts = { worldSize: 0, framework: null, model: null, job: null, labels: {} };
  #condition: Condition = 'healthy';
  #endedAt: number | null = null;

  /** @param startedAt Unix seconds */
  constructor(name: string, startedAt: number, parts: RunParts) {
    this.name = name;
    this.startedAt = startedAt;
    this.#parts = parts;
    const { reports, windows } = parts.series;
    this.reports = { ...parts, series: reports, named: new NamedSeries(parts.named, name), windows };
    this.#row = parts.series.runs.row({ run: name });
    this.#labels = new FreshRows(parts.series.labels);
  }

  get facts(): RunFacts {
    return this.#facts;
  }

  get condition(): Condition {
    return this.#condition;
  }

  get instances(): MigInstances {
    return this.#parts.instances;
  }

  get ranks(): ReadonlyMap<number, Rank> {
    return this.#ranks;
  }

  /** Unix seconds; null while a rank of it is alive. */
  get endedAt(): number | null {
    return this.#endedAt;
  }

  /** That of its worst rank. */
  get state(): RankState {
    let state: RankState = 'healthy';
    for (const rank of this.#ranks.values()) state = worst(state, rank.state);
    return state;
  }

  join(hello: RankHello, resumed: boolean): Rank {
    const before = this.#facts;
    this.#facts = {
      worldSize: hello.worldSize,
      framework: hello.framework ?? before.framework,
      model: hello.model ?? before.model,
      job: hello.job ?? before.job,
      labels: Object.keys(hello.labels).length > 0 ? hello.labels : before.labels,
    };
    const held = this.#ranks.get(hello.rank);
    // A process without a stream says the same with every call.
    const isKnown = resumed && isDeepStrictEqual(hello, held?.hello) && isDeepStrictEqual(this.#facts, before);
    const rank = held ?? this.#add(hello);
    this.#parts.listener.joined?.(hello);
    rank.join(hello, resumed);
    if (!isKnown) this.#describe(hello);
    return rank;
  }

  /** Takes a rank back that was saved before a restart. What the limits of now leave out is told to `exceeded`. */
  restore(saved: SavedRank, facts: RunFacts, exceeded: Exceeded): void {
    this.#facts = facts;
    const rank = this.#add(saved.hello);
    this.#describe(saved.hello);
    rank.restore(saved, this.#parts.now(), exceeded);
    this.#row.setState('state', this.state);
    const ends = [...this.#ranks.values()].map(({ endedAt }) => endedAt);
    this.#endedAt = ends.includes(null) ? null : Math.max(...ends.filter((end) => end !== null));
  }

  /** `rank` null: of every rank. */
  setCondition(rank: number | null, condition: Condition): void {
    if (rank !== null) {
      this.#ranks.get(rank)?.standing.setCondition(condition);
      return;
    }
    this.#condition = condition;
    for (const each of this.#ranks.values()) each.standing.conditionChanged();
  }

  /** Drops a rank with its series. */
  forget(rank: number): void {
    this.#ranks.get(rank)?.remove();
    this.#ranks.delete(rank);
    for (const rows of [this.#rankInfos, this.#rankPods]) {
      rows.get(rank)?.remove();
      rows.delete(rank);
    }
    this.#row.setState('state', this.state);
    this.#parts.changed();
  }

  /** Drops all its series. */
  remove(): void {
    for (const rank of this.#ranks.keys()) this.forget(rank);
    this.#info?.remove();
    this.#labels.clear();
    this.#row.remove();
  }

  now(): number {
    return this.#parts.now();
  }

  observed(observation: Observation): void {
    this.changed();
    this.#parts.listener.observation(observation);
  }

  changed(): void {
    this.#parts.changed();
  }

  placed(hello: RankHello): void {
    this.#describe(hello);
  }

  moved(rank: MovedRank, from: RankState | null, reason: string): void {
    this.changed();
    const time = this.#parts.now();
    this.#row.setState('state', this.state);
    this.#parts.listener.transition({
      run: this.name,
      rank: rank.hello.rank,
      from,
      to: rank.state,
      step: rank.newest?.step ?? null,
      time,
      reason,
    });
    const over = [...this.#ranks.values()].every(hasEnded);
    if (!over) {
      this.#endedAt = null;
    } else if (this.#endedAt === null) {
      this.#endedAt = time;
      this.#parts.listener.runEnded(this.name, time);
    }
  }

  #add(hello: RankHello): Rank {
    const rank = new Rank(this, this.#parts.series.ranks, hello);
    this.#ranks.set(hello.rank, rank);
    return rank;
  }

  #describe(hello: RankHello): void {
    const { worldSize, framework, model, job, labels } = this.#facts;
    this.#labels.show(
      Object.entries(labels).map(([name, value]) => ({
        labels: { run: this.name, name, value },
        values: { label: 1 },
      })),
    );
    this.#info = described(
      this.#info,
      this.#parts.series.runInfos.row({
        run: this.name,
        framework: framework ?? '',
        model: model ?? '',
        world_size: String(worldSize),
        job: job ?? '',
      }),
    );
    this.#rankInfos.set(
      hello.rank,
      described(
        this.#rankInfos.get(hello.rank) ?? null,
        this.#parts.series.rankInfos.row({
          run: this.name,
          rank: String(hello.rank),
          uuid: this.#ranks.get(hello.rank)?.gpuUuid ?? '',
          host: hello.node ?? '',
          attempt: String(hello.attempt),
          local_rank: shown(hello.localRank),
          role: hello.role,
          data_rank: shown(hello.parallel.data?.index),
          tensor_rank: shown(hello.parallel.tensor?.index),
          pipeline_rank: shown(hello.parallel.pipeline?.index),
          expert_rank: shown(hello.parallel.expert?.index),
          context_rank: shown(hello.parallel.context?.index),
        }),
      ),
    );
    this.#describePod(hello);
  }

  #describePod({ run, rank, pod }: RankHello): void {
    const former = this.#rankPods.get(rank) ?? null;
    if (pod !== undefined) {
      const labels = { run, rank: String(rank), namespace: pod.namespace, pod: pod.name };
      this.#rankPods.set(rank, described(former, this.#parts.series.rankPods.row(labels)));
    } else {
      former?.remove();
      this.#rankPods.delete(rank);
    }
  }
}

function shown(number: number | null | undefined): string {
  return String(number ?? '');
}

/** Puts a new description in the place of the former one. The table gives the same row for the same labels. */
function described(former: Row<'info'> | null, row: Row<'info'>): Row<'info'> {
  if (former !== null && former !== row) former.remove();
  row.set('info', 1);
  return row;
}

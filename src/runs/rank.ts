import type { Row } from '../series/index.ts';
import { Count } from './count.ts';
import type { Field } from './fields.ts';
import { endedStates, rankStates, type Observation, type RankState } from './observation.ts';
import { RecentSteps, type StepRecord, type StepReport } from './recent-steps.ts';
import { ShownStep, type RankGroup, type RankKey } from './shown-step.ts';

/** By what a process is found on its own machine, and told from all others there and elsewhere. */
export interface WorkerProcess {
  /** As the process itself sees it, in its own pid namespace. */
  readonly pid: number;
  /** Of the kernel that it runs on. */
  readonly bootId: string;
  /** When it started, in clock ticks after boot. */
  readonly startTicks: number;
}

/** What the process of a rank says of itself. */
export interface RankHello {
  readonly run: string;
  readonly rank: number;
  readonly worldSize: number;
  readonly localRank: number | null;
  readonly attempt: number;
  readonly node: string | null;
  readonly gpuUuid: string | null;
  readonly framework: string | null;
  readonly model: string | null;
  /** Null where it did not say enough to be found. */
  readonly process: WorkerProcess | null;
}

/** How far findings about a rank or its run impair it. */
export const conditions = ['healthy', 'degraded', 'failing'] as const;
export type Condition = (typeof conditions)[number];

export type EndState = 'finished' | 'failed' | 'preempted' | 'lost';

/** What a rank needs of the run that it belongs to. */
export interface RankOwner {
  readonly condition: Condition;
  observed(observation: Observation): void;
  moved(rank: Rank, from: RankState | null, reason: string): void;
}

/** One rank of a run: its state, its steps, its counts. It outlives the processes that speak for it. */
export class Rank {
  readonly #owner: RankOwner;
  readonly #row: Row<RankKey>;
  readonly #shown: ShownStep;
  readonly #recent = new RecentSteps();
  readonly #steps: Count<RankKey>;
  readonly #rollbacks: Count<RankKey>;
  readonly #dropped: Count<RankKey>;
  readonly #nonFinite: Count<RankKey>;
  readonly #skipped: Count<RankKey>;
  readonly #group: RankGroup;
  /** Absent until the rank tells how many it uses. */
  #samples: Count<RankKey> | null = null;
  #tokens: Count<RankKey> | null = null;
  #hello: RankHello;
  #state: RankState | null = null;
  #ended: EndState | null = null;
  #endedAt: number | null = null;
  /** The process that speaks now has reported a step. */
  #stepped = false;
  #condition: Condition = 'healthy';

  constructor(owner: RankOwner, group: RankGroup, hello: RankHello) {
    this.#owner = owner;
    this.#hello = hello;
    this.#row = group.row({ run: hello.run, rank: String(hello.rank) });
    this.#shown = new ShownStep(group, this.#row);
    this.#group = group;
    this.#steps = this.#counted('steps');
    this.#rollbacks = this.#counted('rollbacks');
    this.#dropped = this.#counted('droppedSteps');
    this.#nonFinite = this.#counted('nonFiniteSteps');
    this.#skipped = this.#counted('skippedSteps');
  }

  /** What its process said of itself last. */
  get hello(): RankHello {
    return this.#hello;
  }

  /** The worst of what is known of it. */
  get state(): RankState {
    return this.#state ?? 'initializing';
  }

  /** Unix seconds; null while the rank is alive. */
  get endedAt(): number | null {
    return this.#endedAt;
  }

  /** The step that it took last. */
  get newest(): StepRecord | null {
    return this.#recent.newest;
  }

  /** The value of its series, undefined where there is none. */
  shown(key: RankKey): number | undefined {
    return this.#row.get(key);
  }

  /** A process speaks for this rank: the same as before (`resumed`), or a new one, which begins with initializing. */
  join(hello: RankHello, resumed: boolean): void {
    const revived = this.#ended !== null;
    this.#hello = hello;
    this.#ended = null;
    this.#endedAt = null;
    if (!resumed) this.#stepped = false;
    this.#refresh(resumed && revived ? 'its process is back' : `attempt ${hello.attempt} said hello`);
  }

  /** Takes a cleaned report. Times are Unix seconds. */
  report(report: StepReport): void {
    const record = this.#recent.take(report);
    const isNew = record.reports === 1;
    if (isNew) {
      this.#steps.add();
      if (record.wentBack) this.#rollbacks.add();
    }
    this.#count(record, report);
    this.#shown.update(record, report.values);
    if (!this.#stepped) {
      this.#stepped = true;
      this.#refresh('it reported a step');
    }
    this.#owner.observed({
      run: this.#hello.run,
      rank: this.#hello.rank,
      attempt: this.#hello.attempt,
      step: record.step,
      time: record.time,
      fresh: report.values,
      known: record.known,
      skipped: record.skipped,
      wentBack: isNew && record.wentBack,
    });
  }

  /** The worker had to drop steps. */
  addDropped(steps: number): void {
    this.#dropped.add(steps);
  }

  /** Its process has ended, in a way that is told in one clause. */
  end(state: EndState, time: number, reason: string): void {
    this.#ended = state;
    this.#endedAt = time;
    this.#shown.settle();
    this.#refresh(reason);
  }

  setCondition(condition: Condition): void {
    this.#condition = condition;
    this.conditionChanged();
  }

  /** Its own condition or that of its run is another now. */
  conditionChanged(): void {
    this.#refresh('what findings say of it has changed');
  }

  /** Drops its series. */
  remove(): void {
    this.#row.remove();
  }

  #count(record: StepRecord, { values, skipped }: StepReport): void {
    if (values.samples !== undefined) (this.#samples ??= this.#counted('totalSamples')).add(values.samples);
    if (values.tokens !== undefined) (this.#tokens ??= this.#counted('totalTokens')).add(values.tokens);
    if (skipped) this.#skipped.add();
    if (!record.countedNonFinite && !record.skipped && !isFinite(values)) {
      record.countedNonFinite = true;
      this.#nonFinite.add();
    }
  }

  #counted(key: RankKey): Count<RankKey> {
    return new Count(this.#row, this.#group.column(key));
  }

  #refresh(reason: string): void {
    const state = this.#ended ?? (this.#stepped ? worst(this.#condition, this.#owner.condition) : 'initializing');
    if (state === this.#state) return;
    const from = this.#state;
    this.#state = state;
    this.#row.setState('state', state);
    this.#owner.moved(this, from, reason);
  }
}

export function hasEnded(rank: Rank): boolean {
  return endedStates.has(rank.state);
}

/** The worse of two states, by the order of {@link rankStates}. */
export function worst<State extends RankState>(one: State, other: State): State {
  return rankStates.indexOf(one) >= rankStates.indexOf(other) ? one : other;
}

function isFinite(values: Readonly<Partial<Record<Field, number>>>): boolean {
  for (const name in values) {
    if (!Number.isFinite(values[name as Field])) return false;
  }
  return true;
}

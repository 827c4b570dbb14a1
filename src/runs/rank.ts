import type { Row } from '../series/index.ts';
import type { Exceeded } from './excess.ts';
import type { RankHello } from './hello.ts';
import { Intake, type FileMarks } from './intake.ts';
import { rankStates, type EndState, type Observation, type RankState } from './observation.ts';
import { ClockCleaning } from './clock-cleaning.ts';
import { Progress, type RankProgress } from './progress.ts';
import { RankCounts } from './rank-counts.ts';
import { RankReports, type RankReportsParts } from './rank-reports.ts';
import { RecentSteps, type StepRecord, type StepReport } from './recent-steps.ts';
import type { SavedRank } from './saved-rank.ts';
import { StepWindows } from './step-windows.ts';
import { ShownStep, type RankGroup, type RankKey } from './shown-step.ts';

/** How far findings about a rank or its run impair it. */
export const conditions = ['healthy', 'degraded', 'failing'] as const;
export type Condition = (typeof conditions)[number];

/** What a rank needs of the run that it belongs to. */
export interface RankOwner {
  readonly condition: Condition;
  /** Unix time in seconds. */
  now(): number;
  /** What its reports beside steps need. */
  readonly reports: Omit<RankReportsParts, 'hello' | 'begun'>;
  observed(observation: Observation): void;
  /** Something that outlives the exporter is another now, without an observation or a move. */
  changed(): void;
  /** Its GPU was found. */
  placed(hello: RankHello): void;
  moved(rank: Rank, from: RankState | null, reason: string): void;
}

/** One rank of a run: its state, its steps, its counts. It outlives the processes that speak for it. */
export class Rank {
  readonly #owner: RankOwner;
  readonly #row: Row<RankKey>;
  readonly #shown: ShownStep;
  readonly #recent = new RecentSteps();
  readonly #counts: RankCounts;
  readonly #reports: RankReports;
  readonly #windows: StepWindows;
  #clock = new ClockCleaning();
  #hello: RankHello;
  #intake: Intake;
  #progress: Progress;
  #state: RankState | null = null;
  #ended: EndState | null = null;
  #endedAt: number | null = null;
  /** Since when the process is waited for that spoke before a restart of the exporter, Unix seconds; null while it is not. */
  #awaited: number | null = null;
  /** When the process spoke last, Unix seconds, where it does so in single calls or files; null where it holds a stream open. */
  #calledAt: number | null = null;
  /** Seconds for which it may be silent then; null where it is what is usual. */
  #patience: number | null = null;
  /** The process that speaks now has reported a step, or what it served. */
  #stepped = false;
  #condition: Condition = 'healthy';
  /** The GPU on which its process was found; null while none was. */
  #foundOn: string | null = null;
  /** Its process is alive and takes no further step. */
  #stalled = false;

  constructor(owner: RankOwner, group: RankGroup, hello: RankHello) {
    this.#owner = owner;
    this.#hello = hello;
    this.#row = group.row({ run: hello.run, rank: String(hello.rank) });
    this.#shown = new ShownStep(group, this.#row);
    this.#counts = new RankCounts(group, this.#row);
    this.#intake = new Intake(hello.session);
    this.#progress = new Progress(owner.now());
    const { windows, cleaned } = owner.reports;
    this.#windows = new StepWindows(windows, { run: hello.run, rank: String(hello.rank) }, cleaned);
    this.#reports = new RankReports({
      ...owner.reports,
      hello: () => this.#hello,
      begun: () => {
        this.#begin('it reported what it does');
      },
    });
  }

  /** What its process said of itself last. */
  get hello(): RankHello {
    return this.#hello;
  }

  /** The GPU on which it computes: as its worker names it, else the one on which its process was found; null where neither is known. */
  get gpuUuid(): string | null {
    return this.#hello.gpuUuid ?? this.#foundOn;
  }

  /** Its process was found on a GPU. What the worker itself says goes before. */
  placeOn(uuid: string): void {
    if (this.#foundOn === uuid) return;
    this.#foundOn = uuid;
    this.#owner.placed(this.#hello);
  }

  /** When its process took its last step, by the clock of the exporter, Unix seconds; null before that. */
  get steppedAt(): number | null {
    return this.#progress.steppedAt;
  }

  /** The worst of what is known of it. */
  get state(): RankState {
    return this.#state ?? 'initializing';
  }

  /** Unix seconds; null while the rank is alive. */
  get endedAt(): number | null {
    return this.#endedAt;
  }

  /** What was taken of the process that speaks for it, or did so last. */
  get intake(): Intake {
    return this.#intake;
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
    this.#awaited = null;
    this.#calledAt = null;
    this.#patience = null;
    this.#stalled = false;
    if (resumed) {
      this.#progress.resume(this.#owner.now());
    } else {
      this.#stepped = false;
      this.#foundOn = null;
      this.#clock = new ClockCleaning();
      this.#intake = new Intake(hello.session);
      this.#progress = new Progress(this.#owner.now());
    }
    this.#refresh(resumed && revived ? 'its process is back' : `attempt ${hello.attempt} said hello`);
  }

  /**
   * Its process speaks in single calls, of which this is one, or through files: only silence can tell that it is gone.
   * @param patience seconds of silence after which it is incomplete, where it is not as usual
   */
  reportsByCalls(time: number, patience: number | null = null): void {
    this.#calledAt = time;
    this.#patience = patience;
  }

  /** Its files were taken up to here. */
  readTo(marks: FileMarks): void {
    this.#intake.marks = marks;
    this.#owner.changed();
  }

  /** What it reports beside its steps. */
  get reports(): RankReports {
    return this.#reports;
  }

  /** Takes a cleaned report. Times are Unix seconds. */
  report(report: StepReport, exceeded: Exceeded = () => undefined): void {
    const { phase, details } = report;
    if (phase !== undefined) {
      if (phase !== this.#reports.doing) this.#progress.turned(this.#owner.now());
      this.#reports.phase({ phase, step: report.step, time: report.time });
      if (isAnnouncement(report)) return;
    }
    const taken = details === undefined ? null : this.#reports.details(details, exceeded);
    const { cleaned, now, limits } = this.#owner.reports;
    if (this.#recent.repeats(report)) {
      cleaned.add('duplicate');
      return;
    }
    const record = this.#recent.take(report);
    this.#counts.take(record, report);
    if (record.late) {
      cleaned.add('out_of_order');
      return;
    }
    const arrival = now();
    if (record.reports === 1 && record.wentBack) cleaned.add('step_back');
    this.#clock.judge(record, report.values, arrival, cleaned.add);
    this.#windows.add(report.values, arrival, limits().window);
    this.#shown.update(record, report.values);
    if (record.reports === 1) this.#progress.took(record.time, this.#owner.now());
    this.#begin('it reported a step');
    this.#owner.observed({
      run: this.#hello.run,
      rank: this.#hello.rank,
      attempt: this.#hello.attempt,
      step: record.step,
      time: record.time,
      fresh: report.values,
      known: record.known,
      skipped: record.skipped,
      wentBack: record.reports === 1 && record.wentBack,
      ...(taken !== null && { details: taken }),
    });
  }

  /** A batch was taken whole; `droppedSteps` is what its process says that it dropped since it began. */
  received(sequence: number, droppedSteps: number): void {
    this.#counts.addDropped(this.#intake.take(sequence, droppedSteps));
    this.#owner.changed();
  }

  /** Its process has ended, in a way that is told in one clause. */
  end(state: EndState, time: number, reason: string): void {
    this.#ended = state;
    this.#endedAt = time;
    this.#stalled = false;
    this.#progress.pause(time);
    this.#shown.settle();
    this.#refresh(reason, true);
  }

  setCondition(condition: Condition): void {
    this.#condition = condition;
    this.conditionChanged();
  }

  setStalled(stalled: boolean): void {
    this.#stalled = stalled;
    this.#refresh(stalled ? 'it takes no further step' : 'it takes steps again');
  }

  /**
   * How it gets on; null where that cannot be told: it has ended, has not come back since a restart of the exporter, speaks in single
   * calls, which may cease at any time, or takes no steps, since it serves.
   */
  progress(now: number): RankProgress | null {
    if (this.#ended !== null || this.#awaited !== null || this.#calledAt !== null) return null;
    if (this.#hello.role === 'inference') return null;
    const progress = this.#progress.tell(this.#hello.rank, this.newest?.step ?? null, now);
    return { ...progress, uuid: this.gpuUuid, phase: this.#reports.doing };
  }

  /** So many seconds in which the exporter did not listen do not count against it. */
  excuse(seconds: number): void {
    this.#progress.excuse(seconds);
  }

  /** Its own condition or that of its run is another now. */
  conditionChanged(): void {
    this.#refresh('what findings say of it has changed');
  }

  /** The process that spoke before a restart of the exporter has been waited for until `limit`, Unix seconds. */
  giveUp(limit: number, time: number): void {
    if (this.#awaited === null || this.#awaited > limit) return;
    this.#awaited = null;
    const state = this.#calledAt === null ? 'lost' : 'incomplete';
    this.end(state, time, 'it has not come back since the exporter restarted');
  }

  /** Gives up a process that speaks in calls or files and has been silent too long. It may speak again: it is not lost. */
  goStale(usualPatience: number, time: number): void {
    if (this.#calledAt === null || this.#ended !== null) return;
    if (time - this.#calledAt < (this.#patience ?? usualPatience)) return;
    this.end('incomplete', time, 'it has not reported since');
  }

  save(): SavedRank {
    return {
      hello: this.#hello,
      intake: this.#intake.save(),
      counts: this.#counts.save(),
      progress: this.#progress.save(this.#owner.now()),
      steps: this.#recent.save(),
      shown: this.#shown.save(this.#recent),
      reports: this.#reports.save(),
      durations: this.#windows.save(),
      stepped: this.#stepped,
      calledAt: this.#calledAt,
      ended: this.#ended === null || this.#endedAt === null ? null : { state: this.#ended, at: this.#endedAt },
    };
  }

  /** What {@link save} gave last is on disk. */
  saved(): void {
    this.#intake.saved();
  }

  /** Takes back what was saved before a restart, before anything else happens. A rank that had not ended is waited for. */
  restore(saved: SavedRank, time: number): void {
    const { intake, counts, progress, steps, shown, reports, durations, stepped, calledAt, ended } = saved;
    this.#intake = Intake.restore(intake);
    if (progress !== undefined) this.#progress = Progress.restore(progress, time);
    this.#counts.restore(counts);
    this.#recent.restore(steps);
    this.#shown.restore(shown, this.#recent);
    // An older snapshot has none.
    if (reports !== undefined) this.#reports.restore(reports);
    if (Array.isArray(durations)) this.#windows.restore(durations);
    this.#stepped = stepped;
    // An older snapshot has none.
    this.#calledAt = typeof calledAt === 'number' ? time : null;
    this.#ended = ended?.state ?? null;
    this.#endedAt = ended === null ? null : Math.min(ended.at, time);
    this.#awaited = ended === null ? time : null;
    this.#state = this.#worst();
    this.#row.setState('state', this.#state);
  }

  /** Shows the last full window, when another one has begun. */
  rollWindows(time: number): void {
    this.#windows.roll(time, this.#owner.reports.limits().window);
  }

  /** Drops its series. */
  remove(): void {
    this.#row.remove();
    this.#reports.remove();
    this.#windows.remove();
  }

  #begin(reason: string): void {
    if (this.#stepped) return;
    this.#stepped = true;
    this.#refresh(reason);
  }

  /** @param over it has ended, which is told also when it was in that state before: incomplete since a restart of the exporter */
  #refresh(reason: string, over = false): void {
    const state = this.#worst();
    if (state === this.#state && !over) return;
    const from = this.#state;
    this.#state = state;
    this.#row.setState('state', state);
    this.#owner.moved(this, from, reason);
  }

  #worst(): RankState {
    if (this.#ended !== null) return this.#ended;
    if (this.#awaited !== null) return 'incomplete';
    const state = this.#stepped ? worst(this.#condition, this.#owner.condition) : 'initializing';
    return this.#stalled ? worst('stalled', state) : state;
  }
}

/** Whether a report says what the worker does from now on, and nothing of a step. */
function isAnnouncement({ values, skipped, details }: StepReport): boolean {
  for (const _ in values) return false;
  return !skipped && details === undefined;
}

export function hasEnded(rank: Rank): boolean {
  return rank.endedAt !== null;
}

/** The worse of two states, by the order of {@link rankStates}. */
export function worst<State extends RankState>(one: State, other: State): State {
  return rankStates.indexOf(one) >= rankStates.indexOf(other) ? one : other;
}

import type { Row } from '../series/index.ts';
import type { Exceeded } from './excess.ts';
import type { RankHello } from './hello.ts';
import { Intake, type FileMarks } from './intake.ts';
import { isMigInstance } from './mig-instances.ts';
import type { EndState, RankState } from './observation.ts';
import { Progress, type RankProgress } from './progress.ts';
import type { RankOwner } from './rank-owner.ts';
import { RankReports } from './rank-reports.ts';
import { RankSteps } from './rank-steps.ts';
import { isAnnouncement, type StepRecord, type StepReport } from './recent-steps.ts';
import type { Phase } from './reports.ts';
import type { SavedRank } from './saved-rank.ts';
import type { RankGroup, RankKey } from './shown-step.ts';
import { Standing } from './standing.ts';

/** One rank of a run: its state, its steps, its counts. It outlives the processes that speak for it. */
export class Rank {
  readonly #owner: RankOwner;
  readonly #row: Row<RankKey>;
  readonly standing: Standing;
  readonly #steps: RankSteps;
  /** What it reports beside its steps. */
  readonly reports: RankReports;
  #hello: RankHello;
  #intake: Intake;
  #progress: Progress;
  /** The GPU on which its process was found; null while none was. */
  #foundOn: string | null = null;

  constructor(owner: RankOwner, group: RankGroup, hello: RankHello) {
    this.#owner = owner;
    this.#hello = hello;
    this.#row = group.row({ run: hello.run, rank: String(hello.rank) });
    this.standing = new Standing({
      row: this.#row,
      ofRun: () => owner.condition,
      moved: (from, reason) => {
        owner.moved(this, from, reason);
      },
    });
    const labels = { run: hello.run, rank: String(hello.rank) };
    this.#steps = new RankSteps(owner.reports, group, this.#row, labels);
    this.#intake = new Intake(hello.session);
    this.#progress = new Progress(owner.now());
    this.reports = new RankReports({
      ...owner.reports,
      hello: () => this.#hello,
      begun: () => {
        this.standing.begin('it reported what it does');
      },
    });
  }

  /** What its process said of itself last. */
  get hello(): RankHello {
    return this.#hello;
  }

  /**
   * The GPU on which it computes: as its worker names it or an instance of it, else the one on which its process was found; null where
   * neither is known. An instance of which nothing tells the GPU is better than nothing.
   */
  get gpuUuid(): string | null {
    const named = this.#hello.gpuUuid;
    return named === null ? this.#foundOn : (this.#owner.instances.gpuOf(named) ?? this.#foundOn ?? named);
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
    return this.standing.state;
  }

  /** Unix seconds; null while the rank is alive. */
  get endedAt(): number | null {
    return this.standing.endedAt;
  }

  /** When its process spoke last, Unix seconds, where it does so in single calls or files; null where it holds a stream open. */
  get calledAt(): number | null {
    return this.standing.calledAt;
  }

  /** What was taken of the process that speaks for it, or did so last. */
  get intake(): Intake {
    return this.#intake;
  }

  /** The step that it took last. */
  get newest(): StepRecord | null {
    return this.#steps.newest;
  }

  /** The value of its series, undefined where there is none. */
  shown(key: RankKey): number | undefined {
    return this.#row.get(key);
  }

  /** A process speaks for this rank: the same as before (`resumed`), or a new one, which begins with initializing. */
  join(hello: RankHello, resumed: boolean): void {
    const revived = this.standing.hasEnded;
    this.#hello = hello;
    this.standing.join(resumed);
    if (resumed) {
      this.#progress.resume(this.#owner.now());
    } else {
      this.#foundOn = null;
      this.#steps.renew();
      this.reports.renew();
      this.#intake = new Intake(hello.session);
      this.#progress = new Progress(this.#owner.now());
    }
    this.standing.refresh(resumed && revived ? 'its process is back' : `attempt ${hello.attempt} said hello`);
  }

  /**
   * Its process speaks in single calls, of which this is one, or through files: only silence can tell that it is gone.
   * @param patience seconds of silence after which it is incomplete, where it is not as usual
   */
  reportsByCalls(time: number, patience: number | null = null): void {
    this.standing.called(time, patience);
  }

  /** Its files were taken up to here. */
  readTo(marks: FileMarks): void {
    this.#intake.marks = marks;
    this.#owner.changed();
  }

  /** Takes a cleaned report. Times are Unix seconds. */
  report(report: StepReport, exceeded: Exceeded = () => undefined): void {
    const { phase, details } = report;
    if (phase !== undefined && isAnnouncement(report)) {
      this.#turn(phase, report);
      return;
    }
    const record = this.#steps.take(report);
    // What came before, or too late, changes no last value.
    if (record === null) return;
    if (phase !== undefined) this.#turn(phase, report);
    const taken = details === undefined ? null : this.reports.details(details, exceeded);
    if (record.reports === 1) this.#progress.took(record.time, this.#owner.now());
    this.standing.begin('it reported a step');
    this.#owner.observed({
      run: this.#hello.run,
      rank: this.#hello.rank,
      attempt: this.#hello.attempt,
      worldSize: this.#hello.worldSize,
      step: record.step,
      time: record.time,
      fresh: report.values,
      known: record.known,
      skipped: record.skipped,
      wentBack: record.reports === 1 && record.wentBack,
      ...(taken !== null && { details: taken }),
    });
  }

  /** It does something from now on. */
  #turn(phase: Phase, { step, time }: StepReport): void {
    if (phase !== this.reports.doing) this.#progress.turned(this.#owner.now());
    this.reports.phase({ phase, step, time });
  }

  /** A batch was taken whole; `droppedSteps` is what its process says that it dropped since it began. */
  received(sequence: number, droppedSteps: number): void {
    this.#steps.addDropped(this.#intake.take(sequence, droppedSteps));
    this.#owner.changed();
  }

  /** Its process has ended, in a way that is told in one clause. */
  end(state: EndState, time: number, reason: string): void {
    this.#progress.pause(time);
    this.#steps.settle();
    this.standing.end(state, time, reason);
  }

  /**
   * How it gets on; null where that cannot be told: it has ended, has not come back since a restart of the exporter, speaks in single
   * calls, which may cease at any time, or takes no steps, since it serves.
   */
  progress(now: number): RankProgress | null {
    if (!this.standing.isHeard || this.#hello.role === 'inference') return null;
    const progress = this.#progress.tell(this.#hello.rank, this.newest?.step ?? null, now);
    const { gpuUuid: named } = this.#hello;
    const instance = named !== null && isMigInstance(named) ? { instance: named } : {};
    return { ...progress, ...instance, uuid: this.gpuUuid, phase: this.reports.doing };
  }

  /**
   * Gives up a process that has not come back since a restart of the exporter by `limit`, or that speaks in calls or files and has been
   * silent for `silence` seconds; it may speak again. Shows the last full window, and a step that waits for what does not come.
   * @param unheard seconds in which the exporter did not listen; they do not count against it
   */
  tick(now: number, { unheard, limit, silence }: { unheard: number; limit: number; silence: number }): void {
    this.#progress.excuse(unheard);
    const state = this.standing.overdue(limit);
    if (state !== null) this.end(state, now, 'it has not come back since the exporter restarted');
    if (this.standing.isSilent(silence, now)) this.end('incomplete', now, 'it has not reported since');
    this.#steps.tick(now);
  }

  save(): SavedRank {
    return {
      hello: this.#hello,
      intake: this.#intake.save(),
      progress: this.#progress.save(this.#owner.now()),
      reports: this.reports.save(),
      ...this.#steps.save(),
      ...this.standing.save(),
    };
  }

  /** What {@link save} gave last is on disk. */
  saved(): void {
    this.#intake.saved();
  }

  /** Takes back what was saved before a restart, before anything else happens. A rank that had not ended is waited for. */
  restore(saved: SavedRank, time: number, exceeded: Exceeded): void {
    const { intake, progress, reports } = saved;
    this.#intake = Intake.restore(intake);
    if (progress !== undefined) this.#progress = Progress.restore(progress, time);
    this.#steps.restore(saved);
    // An older snapshot has none.
    if (reports !== undefined) this.reports.restore(reports, exceeded);
    this.standing.restore(saved, time);
  }

  /** Drops its series. */
  remove(): void {
    this.#row.remove();
    this.reports.remove();
    this.#steps.remove();
  }
}

export function hasEnded(rank: Rank): boolean {
  return rank.endedAt !== null;
}

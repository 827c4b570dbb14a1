import type { Row } from '../series/index.ts';
import type { Cleaned } from './cleaned.ts';
import { ClockCleaning } from './clock-cleaning.ts';
import type { RunsOptions } from './options.ts';
import { RankCounts } from './rank-counts.ts';
import { RecentSteps, type StepRecord, type StepReport } from './recent-steps.ts';
import type { SavedRank } from './saved-rank.ts';
import { ShownStep, type RankGroup, type RankKey } from './shown-step.ts';
import { StepWindows, type WindowSeries } from './step-windows.ts';

export interface RankStepsParts {
  readonly windows: WindowSeries;
  readonly cleaned: Cleaned;
  readonly limits: () => RunsOptions;
  /** Unix time in seconds. */
  readonly now: () => number;
}

type Saved = Pick<SavedRank, 'counts' | 'steps' | 'shown' | 'durations'>;

/** The steps of one rank: what is counted of them, and what its series show. */
export class RankSteps {
  readonly #parts: RankStepsParts;
  readonly #recent = new RecentSteps();
  readonly #shown: ShownStep;
  readonly #counts: RankCounts;
  readonly #windows: StepWindows;
  #clock = new ClockCleaning();
  /** When the last report came, Unix seconds. */
  #reportedAt: number;

  constructor(
    parts: RankStepsParts,
    group: RankGroup,
    row: Row<RankKey>,
    labels: { readonly run: string; readonly rank: string },
  ) {
    this.#parts = parts;
    this.#reportedAt = parts.now();
    this.#shown = new ShownStep(group, row);
    this.#counts = new RankCounts(group, row);
    this.#windows = new StepWindows(parts.windows, labels, parts.cleaned);
  }

  /** The step that was taken last. */
  get newest(): StepRecord | null {
    return this.#recent.newest;
  }

  /** Another process speaks, with a clock of its own. */
  renew(): void {
    this.#clock = new ClockCleaning();
    this.#recent.renew();
  }

  /** Takes a cleaned report. Null for one that came before, or too late: that is counted, and nobody is to hear of it. */
  take(report: StepReport): StepRecord | null {
    const { cleaned, now, limits } = this.#parts;
    if (this.#recent.repeats(report)) {
      cleaned.add('duplicate');
      return null;
    }
    const record = this.#recent.take(report);
    this.#counts.take(record, report);
    if (record.late) {
      cleaned.add('out_of_order');
      return null;
    }
    const arrival = now();
    if (record.reports === 1 && record.wentBack) cleaned.add('step_back');
    this.#clock.judge(record, report.values, arrival, cleaned.add);
    this.#windows.add(report.values, arrival, limits().window);
    this.#reportedAt = arrival;
    this.#shown.update(record, report.values);
    return record;
  }

  /** Its process dropped so many more. */
  addDropped(steps: number): void {
    this.#counts.addDropped(steps);
  }

  /** No further report will come of the step that is waited for. */
  settle(): void {
    this.#shown.settle();
  }

  /** Shows the last full window, when another one has begun, and a step that waits for what does not come. */
  tick(time: number): void {
    this.#shown.silent(time - this.#reportedAt);
    this.#windows.roll(time, this.#parts.limits().window);
  }

  save(): Saved {
    return {
      counts: this.#counts.save(),
      steps: this.#recent.save(),
      shown: this.#shown.save(this.#recent),
      durations: this.#windows.save(),
    };
  }

  restore({ counts, steps, shown, durations }: Saved): void {
    this.#counts.restore(counts);
    this.#recent.restore(steps);
    this.#shown.restore(shown, this.#recent);
    // An older snapshot has none.
    if (Array.isArray(durations)) this.#windows.restore(durations);
  }

  /** Drops its series beside those of the rank's row. */
  remove(): void {
    this.#windows.remove();
  }
}

import {
  DetectionEngine,
  detectors,
  everyDetector,
  overheard,
  type DetectOptions,
  type Report,
} from '../detect/index.ts';
import { Findings, type FindingListener, type FindingsOptions } from '../findings/index.ts';
import { RecentSteps, type EvaluationReport } from '../runs/index.ts';
import { SeriesTable } from '../series/index.ts';
import { RowClock } from './clock.ts';
import { placed } from './placed.ts';
import type { Row } from './row.ts';

export interface ReplayOptions {
  readonly detect: DetectOptions;
  readonly findings: FindingsOptions;
}

/** Judges the rows of one recorded run, of one rank or of several, with the detectors and the rules of findings that serve a live one, on the run's own clock. */
export class Replay {
  readonly #run: string;
  readonly #hold: number;
  readonly #clock = new RowClock();
  readonly #findings: Findings;
  readonly #engine: DetectionEngine;
  /** By rank. */
  readonly #steps = new Map<number, RecentSteps>();
  #lateEvaluations = 0;
  #step: number | null = null;

  constructor(
    run: string,
    { detect, findings }: ReplayOptions,
    listener: FindingListener,
    /** Is told of every verdict that is not quiet, before it becomes a finding. */
    hears?: (report: Report) => void,
  ) {
    const table = new SeriesTable();
    this.#run = run;
    this.#hold = findings.hold;
    this.#findings = new Findings({
      table,
      options: findings,
      detectors,
      whereabouts: { gpusOf: () => [], steppedAt: () => null },
      instance: run,
      now: () => this.#clock.now,
    });
    this.#findings.subscribe(listener);
    this.#engine = new DetectionEngine({
      table,
      sink: hears === undefined ? this.#findings : overheard(this.#findings, hears),
      ...everyDetector,
      // A recording has no ends of ranks, and nobody waits for its next step.
      transitionDetectors: [],
      clockDetectors: [],
      machineDetectors: [],
      failed: (_kind, error) => {
        throw error;
      },
      options: detect,
    });
  }

  /** The step of the row taken last; null where no row came. */
  get step(): number | null {
    return this.#step;
  }

  /** Evaluations that came with a lower step than the training had reached. */
  get lateEvaluations(): number {
    return this.#lateEvaluations;
  }

  /** Steps of which nothing told how long they took, and that passed as one second each. */
  get guessedSteps(): number {
    return this.#clock.guessedSteps;
  }

  /** How many ranks the recording has. */
  get ranks(): number {
    return this.#steps.size;
  }

  take(row: Row): void {
    const steps = this.#steps.get(row.rank) ?? new RecentSteps();
    this.#steps.set(row.rank, steps);
    const report = placed(row, steps.newest);
    const { rank, step, values, skipped } = report;
    const time = this.#clock.take(report);
    this.#step = step;
    if (step > row.step) this.#lateEvaluations += 1;
    const record = steps.take({ step, time, values, skipped });
    this.#findings.tick();
    this.#engine.observation({
      run: this.#run,
      rank,
      attempt: 0,
      step,
      time,
      fresh: values,
      known: record.known,
      skipped: record.skipped,
      wentBack: record.reports === 1 && record.wentBack,
    });
  }

  evaluation(report: EvaluationReport): void {
    this.#engine.evaluation({ run: this.#run, rank: 0, attempt: 0, ...report });
  }

  /** The recording is over: what is open is resolved. */
  end(): void {
    this.#engine.runForgotten(this.#run);
    // More than the hold: of a sum of times, the last digits are rounded away.
    for (let wait = this.#hold + 1; this.#findings.open.length > 0; wait *= 2) {
      this.#clock.pass(wait);
      this.#findings.tick();
    }
  }
}

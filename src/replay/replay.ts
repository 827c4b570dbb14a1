import {
  DetectionEngine,
  detectors,
  everyDetector,
  overheard,
  type DetectOptions,
  type Report,
} from '../detect/index.ts';
import { Findings, type FindingListener, type FindingsOptions } from '../findings/index.ts';
import type { EvaluationReport } from '../runs/index.ts';
import { SeriesTable } from '../series/index.ts';
import { Beats } from './beats.ts';
import { RowClock } from './clock.ts';
import { placed, tellsEvaluation } from './placed.ts';
import { RankCards } from './rank-cards.ts';
import { ReadingsAlong } from './readings-along.ts';
import { RecordedMachine, type TimedReadings } from './recorded-machine.ts';
import { RecordedRank } from './recorded-rank.ts';
import { isTelling, type Row } from './row.ts';
import { unjudged } from './unjudged.ts';

export interface ReplayOptions {
  readonly detect: DetectOptions;
  readonly findings: FindingsOptions;
}

/** Judges the rows of one recorded run, of one rank or of several, with the detectors and the rules of findings that serve a live one, on the run's own clock. */
export class Replay {
  readonly #run: string;
  readonly #options: ReplayOptions;
  readonly #clock = new RowClock();
  readonly #beats = new Beats();
  readonly #findings: Findings;
  readonly #engine: DetectionEngine;
  readonly #ranks = new Map<number, RecordedRank>();
  readonly #machine: RecordedMachine;
  readonly #cards: RankCards;
  #readings = new ReadingsAlong([]);
  #now = 0;
  #rows = 0;
  /** Rows that do not tell their time. */
  #timeless = 0;
  /** The row before told its time. */
  #timed = true;
  #lateEvaluations = 0;
  #step: number | null = null;

  constructor(
    run: string,
    options: ReplayOptions,
    listener: FindingListener,
    /** Is told of every verdict that is not quiet, before it becomes a finding. */
    hears?: (report: Report) => void,
  ) {
    const table = new SeriesTable();
    this.#run = run;
    this.#options = options;
    this.#machine = new RecordedMachine(table);
    this.#cards = new RankCards(this.#ranks, this.#machine);
    this.#findings = new Findings({
      table,
      options: options.findings,
      detectors,
      whereabouts: {
        gpusOf: (_, rank): readonly string[] => this.#cards.of(rank),
        steppedAt: (_, rank): number | null => this.#ranks.get(rank)?.steppedAt ?? null,
        startedAt: () => null,
        endedAt: () => null,
      },
      instance: run,
      now: () => this.#now,
    });
    this.#findings.subscribe(listener);
    this.#engine = new DetectionEngine({
      table,
      sink: hears === undefined ? this.#findings : overheard(this.#findings, hears),
      ...everyDetector,
      failed: (_kind, error) => {
        throw error;
      },
      options: options.detect,
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
    return this.#ranks.size;
  }

  /** Detectors that could find nothing in this recording, or not all, and why; each a clause. */
  get unjudged(): readonly string[] {
    const { told } = this.#machine;
    const strays = this.strayReadings !== null;
    return unjudged(this.#options.detect, { rows: this.#rows, timeless: this.#timeless, told, strays });
  }

  /** Why nothing of what was recorded apart from the rows could be judged; null where something could, or nothing was. */
  get strayReadings(): string | null {
    return this.#readings.strays(this.#clock.began, this.#clock.reached);
  }

  /** What was recorded of the machine apart from the rows: before the first of them. */
  readAlong(readings: readonly TimedReadings[]): void {
    this.#readings = new ReadingsAlong(readings);
  }

  /** A row that tells nothing to judge is none: a script may write such between those of a training, by a step of its own. */
  take(row: Row): void {
    if (!isTelling(row)) return;
    const ranked = this.#ranks.get(row.rank) ?? new RecordedRank(row.rank, this.#now);
    this.#ranks.set(row.rank, ranked);
    const report = placed(row, ranked.steps.newest);
    const { rank, step, values, skipped } = report;
    this.#pass(report, ranked);
    if (row.readings !== undefined) this.#machine.take(row.readings, this.#now);
    this.#step = step;
    if (step > row.step) this.#lateEvaluations += 1;
    const record = ranked.steps.take({ step, time: this.#now, values, skipped });
    ranked.took(this.#now, record.reports === 1);
    this.#findings.tick();
    this.#engine.observation({
      run: this.#run,
      rank,
      attempt: 0,
      step,
      time: this.#now,
      fresh: values,
      known: record.known,
      skipped: record.skipped,
      wentBack: record.reports === 1 && record.wentBack,
      ...(row.extras !== undefined && {
        details: { gradientNormScope: null, auxiliaryLosses: {}, extras: Object.fromEntries(row.extras) },
      }),
    });
  }

  evaluation(report: EvaluationReport): void {
    this.#engine.evaluation({ run: this.#run, rank: 0, attempt: 0, ...report });
  }

  /** The recording is over: what is open is resolved. */
  end(): void {
    this.#engine.runForgotten(this.#run);
    // More than the hold: of a sum of times, the last digits are rounded away.
    for (let wait = this.#options.findings.hold + 1; this.#findings.open.length > 0; wait *= 2) {
      this.#now += wait;
      this.#findings.tick();
    }
  }

  /** Lets the time until a row pass. Between rows that tell theirs, all is judged that goes by the clock. */
  #pass(row: Row, ranked: RecordedRank): void {
    const until = this.#clock.take(row);
    const isTimed = row.time !== null;
    ranked.awaits(row.step);
    if (isTimed && this.#timed) {
      const evaluates = tellsEvaluation(row.values);
      for (const now of this.#beats.between(this.#now, until)) this.#tick(now, evaluates);
    }
    this.#now = until;
    this.#timed = isTimed;
    this.#rows += 1;
    if (!isTimed) this.#timeless += 1;
  }

  #tick(now: number, evaluates: boolean): void {
    this.#now = now;
    const { began } = this.#clock;
    for (const readings of this.#readings.between(began, this.#clock.recorded(now))) this.#machine.take(readings, now);
    this.#engine.tick(now, [{ run: this.#run, ranks: this.#cards.progress(now, evaluates) }]);
    this.#findings.tick();
  }
}

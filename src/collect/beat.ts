import { inspect } from 'node:util';
import type { Row, SeriesTable } from '../series/index.ts';
import { type AbsenceReason, type Collector, CollectorError, PartialReading, SourceAbsent } from './collector.ts';
import { FailureLog } from './failure-log.ts';
import type { Logger } from './logger.ts';
import type { absenceMetrics, failureMetrics, readingMetrics } from './metrics.ts';
import type { CollectorReport, CollectorState } from './report.ts';
import type { Timers } from './timers.ts';

/** What a beat needs of its surroundings. */
export interface BeatContext {
  /** Holds the series of the collector itself. */
  readonly part: SeriesTable;
  readonly row: Row<keyof typeof readingMetrics>;
  readonly failures: (reason: string) => Row<keyof typeof failureMetrics>;
  /** Reasons that are counted from zero, once there is something to read. */
  readonly passingReasons: readonly string[];
  readonly absences: (reason: AbsenceReason) => Row<keyof typeof absenceMetrics>;
  readonly logger: Logger;
  readonly timers: Timers;
  /** Unix time in seconds. */
  readonly now: () => number;
}

interface Reading {
  readonly controller: AbortController;
  readonly startedAt: number;
  /** Its outcome is known: it settled, or its budget was over. */
  judged: boolean;
}

/** Readings that may be missed in a row before what was read is too old to be served. */
const servedIntervals = 3;

/** Reasons of failures that mean that nothing comes from the source, rather than something wrong. */
const silent: ReadonlySet<string> = new Set(['timeout', 'hung', 'stuck']);

/** The life of one collector: starts its readings, gives them up at their budget, and expires what they left when they stop. */
export class Beat {
  readonly name: string;
  readonly #collector: Collector;
  readonly #context: BeatContext;
  readonly #log: FailureLog;
  #reading: Reading | null = null;
  /** As the last reading had it. */
  #state: CollectorState = { state: 'starting' };
  /** Shown while there is nothing to read. */
  #absence: Row<keyof typeof absenceMetrics> | null = null;
  /** Seconds between the starts of two readings. */
  #interval: number;
  #expired = false;
  #started = false;
  #ended: Promise<void> | null = null;
  #cancelBeat = nothing;
  #cancelBudget = nothing;
  #cancelExpiry = nothing;

  constructor(name: string, collector: Collector, context: BeatContext) {
    this.name = name;
    this.#collector = collector;
    this.#context = context;
    this.#interval = collector.intervalSeconds;
    this.#log = new FailureLog(name, context.logger);
  }

  /** The oldest that a good reading may become, in seconds: three intervals and one budget, so that one late reading clears nothing. */
  get maximumAgeSeconds(): number {
    return servedIntervals * this.#interval + this.#collector.budgetSeconds;
  }

  /** Whether the outcome of a first reading is known. */
  get begun(): boolean {
    return this.#state.state !== 'starting';
  }

  /** Why its source does not answer: a reading is over its budget, or the collector says so itself. Other failures are answers. */
  get stuck(): string | null {
    return this.#state.state === 'failing' && silent.has(this.#state.reason) ? this.#state.message : null;
  }

  get report(): CollectorReport {
    return { name: this.name, ...this.#state };
  }

  /** Does nothing where it has started, or was stopped before. */
  start(): void {
    if (this.#started || this.#ended !== null) return;
    this.#started = true;
    this.#tick(this.#context.timers.monotonic());
  }

  /** Reads at once, and then at this interval: what was read would else grow too old before the first of the new beats. */
  retime(intervalSeconds: number): void {
    this.#interval = intervalSeconds;
    if (!this.#started || this.#ended !== null) return;
    this.#cancelBeat();
    this.#tick(this.#context.timers.monotonic());
  }

  /** Starts no further reading, gives up the present one, and lets the collector end what it holds. */
  stop(): Promise<void> {
    this.#ended ??= this.#stop();
    return this.#ended;
  }

  async #stop(): Promise<void> {
    this.#cancelBeat();
    this.#cancelBudget();
    this.#cancelExpiry();
    this.#reading?.controller.abort();
    await this.#collector.stop?.();
  }

  /** Drops what it read, and what is told of that. It has to be stopped first. */
  forget(): void {
    this.#context.part.takeOut();
    this.#context.row.remove();
    this.#absence?.remove();
  }

  /** Beats lie on a grid of the interval, so a slow reading shifts none of them; those that it covers are left out. */
  #tick(due: number): void {
    if (this.#reading === null) void this.#read();
    const { timers } = this.#context;
    const interval = this.#interval;
    const now = timers.monotonic();
    const next = due + interval * Math.max(1, Math.ceil((now - due) / interval));
    this.#cancelBeat = timers.after(next - now, () => {
      this.#tick(next);
    });
  }

  async #read(): Promise<void> {
    const { timers } = this.#context;
    const reading: Reading = { controller: new AbortController(), startedAt: timers.monotonic(), judged: false };
    this.#reading = reading;
    this.#cancelBudget = timers.after(this.#collector.budgetSeconds, () => {
      this.#giveUp(reading);
    });
    try {
      await this.#collector.collect(reading.controller.signal);
      this.#judge(reading, null);
    } catch (error) {
      this.#judge(reading, error);
    } finally {
      this.#reading = null;
    }
    // A reading that came after its budget may have set series that had been cleared as too old.
    if (this.#expired) this.#expire();
  }

  #giveUp(reading: Reading): void {
    const budget = this.#collector.budgetSeconds;
    const message = `no reading within its budget of ${budget} s; it is not read again before this reading ends`;
    this.#judge(reading, new CollectorError('timeout', message));
    reading.controller.abort();
  }

  #judge(reading: Reading, error: unknown): void {
    if (reading.judged || this.#ended !== null) return;
    reading.judged = true;
    const isFirst = this.#state.state === 'starting' || this.#state.state === 'absent';
    this.#state = stateAfter(error);
    this.#cancelBudget();
    const { row, failures, passingReasons, timers, now } = this.#context;
    this.#absence?.remove();
    this.#absence = null;
    if (error instanceof SourceAbsent) {
      this.#showAbsence(error);
      return;
    }
    if (isFirst) for (const reason of passingReasons) failures(reason).add('failures', 0);
    row.set('duration', timers.monotonic() - reading.startedAt);
    row.set('success', error === null ? 1 : 0);
    if (error === null || error instanceof PartialReading) this.#expireLater();
    if (error === null) {
      row.set('lastSuccess', now());
      this.#log.succeeded();
    } else if (this.#state.state === 'failing') {
      const { reason, message } = this.#state;
      failures(reason).add('failures');
      // What no collector foresaw is a fault of ours: its stack is wanted.
      this.#log.failed(reason, message, error instanceof CollectorError ? undefined : error);
    }
  }

  #expireLater(): void {
    this.#expired = false;
    this.#cancelExpiry();
    this.#cancelExpiry = this.#context.timers.after(this.maximumAgeSeconds, () => {
      this.#expired = true;
      this.#expire();
    });
  }

  #showAbsence({ reason, message }: SourceAbsent): void {
    const { row, absences } = this.#context;
    for (const key of ['success', 'duration', 'lastSuccess'] as const) row.clear(key);
    this.#cancelExpiry();
    this.#expired = true;
    this.#expire();
    this.#absence = absences(reason);
    this.#absence.set('absent', 1);
    this.#log.absent(reason, message);
  }

  #expire(): void {
    try {
      this.#collector.expire();
    } catch (error) {
      this.#context.logger.error(
        { collector: this.name, err: error },
        `collector ${this.name} could not clear its series`,
      );
    }
  }
}

/** @param error null after a good reading */
function stateAfter(error: unknown): CollectorState {
  if (error === null) return { state: 'works' };
  if (error instanceof SourceAbsent) return { state: 'absent', reason: error.reason, message: error.message };
  const reason = error instanceof CollectorError ? error.reason : 'unexpected';
  return { state: 'failing', reason, message: error instanceof Error ? error.message : inspect(error) };
}

function nothing(): void {
  // No timer is set.
}

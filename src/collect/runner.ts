import type { SeriesGroup } from '../series/index.ts';
import { Beat } from './beat.ts';
import type { CollectorContext, CollectorDeclaration } from './collector.ts';
import { absenceMetrics, failureMetrics, readingMetrics } from './metrics.ts';
import type { CollectorReport } from './report.ts';
import type { Timers } from './timers.ts';

/** How long {@link CollectorRunner.stop} waits for a collector that does not end, in seconds. */
const stopGraceSeconds = 5;

/**
 * Runs collectors, each on its own beat. They share nothing but the table: one that fails, hangs or throws leaves all others as
 * they are.
 */
export class CollectorRunner {
  readonly #context: CollectorContext;
  readonly #timers: Timers;
  readonly #readings: SeriesGroup<keyof typeof readingMetrics, 'collector'>;
  readonly #failures: SeriesGroup<keyof typeof failureMetrics, 'collector' | 'reason'>;
  readonly #absences: SeriesGroup<keyof typeof absenceMetrics, 'collector' | 'reason'>;
  readonly #beats = new Map<string, Beat>();

  constructor(context: CollectorContext, timers: Timers) {
    this.#context = context;
    this.#timers = timers;
    this.#readings = context.table.group(['collector'], readingMetrics);
    this.#failures = context.table.group(['collector', 'reason'], failureMetrics);
    this.#absences = context.table.group(['collector', 'reason'], absenceMetrics);
  }

  /** Makes a collector. It reads nothing before {@link start}. @throws Error when the name is taken (a programmer's mistake). */
  add<Options>(declaration: CollectorDeclaration<Options>, options: Options): void {
    const { name } = declaration;
    if (this.#beats.has(name)) throw new Error(`there are two collectors of the name ${name}`);
    const { logger, now } = this.#context;
    const beat = new Beat(name, declaration.create(this.#context, options), {
      row: this.#readings.row({ collector: name }),
      failures: (reason) => this.#failures.row({ collector: name, reason }),
      absences: (reason) => this.#absences.row({ collector: name, reason }),
      logger,
      timers: this.#timers,
      now,
    });
    this.#beats.set(name, beat);
  }

  /** Starts the first reading of every collector at once. */
  start(): void {
    for (const beat of this.#beats.values()) beat.start();
  }

  /** Collectors of whose first reading nothing is known yet: what readiness waits for. */
  get waiting(): readonly string[] {
    return [...this.#beats.values()].filter((beat) => !beat.begun).map((beat) => beat.name);
  }

  /** Collectors whose source does not answer, with why. */
  get stuck(): ReadonlyMap<string, string> {
    return new Map([...this.#beats.values()].flatMap((beat) => (beat.stuck === null ? [] : [[beat.name, beat.stuck]])));
  }

  /** How each collector does, in the order in which they were added. */
  get reports(): readonly CollectorReport[] {
    return [...this.#beats.values()].map((beat) => beat.report);
  }

  /** Stops all collectors together; one that does not end within the grace is left behind and named in the log. */
  async stop(): Promise<void> {
    await Promise.all([...this.#beats.values()].map((beat) => this.#stop(beat)));
  }

  async #stop(beat: Beat): Promise<void> {
    const { logger } = this.#context;
    const ended = beat.stop().catch((error: unknown) => {
      logger.error({ collector: beat.name, err: error }, `collector ${beat.name} failed to stop`);
    });
    let cancel!: () => void;
    const late = new Promise<void>((resolve) => {
      cancel = this.#timers.after(stopGraceSeconds, () => {
        logger.warn({ collector: beat.name }, `collector ${beat.name} did not stop within ${stopGraceSeconds} s`);
        resolve();
      });
    });
    await Promise.race([ended, late]);
    cancel();
  }
}

import type { SeriesGroup, SeriesTable } from '../series/index.ts';
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
  /** Removed, and not at their end yet. */
  readonly #leaving = new Set<Beat>();

  constructor(context: CollectorContext, timers: Timers) {
    this.#context = context;
    this.#timers = timers;
    this.#readings = context.table.group(['collector'], readingMetrics);
    this.#failures = context.table.group(['collector', 'reason'], failureMetrics);
    this.#absences = context.table.group(['collector', 'reason'], absenceMetrics);
  }

  /**
   * Makes a collector. It reads nothing before it is started.
   * @param part the part of the table for its series; one part for several where they share series, which then go together
   * @throws Error when the name is taken (a programmer's mistake)
   */
  add<Options>(
    declaration: CollectorDeclaration<Options>,
    options: Options,
    part: SeriesTable = this.#context.table.part(),
  ): void {
    const { name } = declaration;
    if (this.#beats.has(name)) throw new Error(`there are two collectors of the name ${name}`);
    const { logger, now } = this.#context;
    const beat = new Beat(name, declaration.create({ ...this.#context, table: part }, options), {
      part,
      row: this.#readings.row({ collector: name }),
      failures: (reason) => this.#failures.row({ collector: name, reason }),
      passingReasons: ['timeout', ...(declaration.passingReasons ?? [])],
      absences: (reason) => this.#absences.row({ collector: name, reason }),
      logger,
      timers: this.#timers,
      now,
    });
    this.#beats.set(name, beat);
  }

  /** Starts the first reading of every collector at once, or of one. */
  start(name?: string): void {
    for (const beat of this.#beats.values()) if (name === undefined || name === beat.name) beat.start();
  }

  /** Gives a collector another interval, in seconds. */
  retime(name: string, intervalSeconds: number): void {
    this.#beats.get(name)?.retime(intervalSeconds);
  }

  /**
   * Takes a collector out. Its series are gone at once, but for the failures that were counted.
   * @returns settles when it has ended what it holds, which for a program that hangs may be never
   */
  async remove(name: string): Promise<void> {
    const beat = this.#beats.get(name);
    if (beat === undefined) return;
    this.#beats.delete(name);
    this.#leaving.add(beat);
    const ended = this.#end(beat);
    beat.forget();
    await ended;
    this.#leaving.delete(beat);
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
    await Promise.all([...this.#beats.values(), ...this.#leaving].map((beat) => this.#stop(beat)));
  }

  async #end(beat: Beat): Promise<void> {
    await beat.stop().catch((error: unknown) => {
      this.#context.logger.error({ collector: beat.name, err: error }, `collector ${beat.name} failed to stop`);
    });
  }

  async #stop(beat: Beat): Promise<void> {
    const { logger } = this.#context;
    const ended = this.#end(beat);
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

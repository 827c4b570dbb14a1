import type { Metric, SeriesTable } from '../series/index.ts';
import type { Logger } from './logger.ts';

/**
 * A collector reads one part of the machine on a beat of its own and leaves what it read in the series table. A scrape never calls
 * it. One collector is one file that exports a declaration of this shape, plus one line in its room's index.
 */
export interface CollectorDeclaration<Options = unknown> {
  /** snake_case; the label `collector`, and the name by which it is enabled and disabled. */
  readonly name: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Makes the collector. Called once; no reading happens before the first {@link Collector.collect}. */
  readonly create: (context: CollectorContext, options: Options) => Collector;
}

export interface Collector {
  /** Seconds between the starts of two readings. */
  readonly intervalSeconds: number;
  /** A reading that takes longer is given up: `signal` is aborted and the failure counted with reason `timeout`. */
  readonly budgetSeconds: number;
  /**
   * Reads once and sets series. Rejects, or throws at once, when nothing could be read; what the collector set before stays until
   * {@link Collector.expire}.
   * @throws CollectorError with the reason that is counted; any other error counts as `unexpected`.
   */
  collect(signal: AbortSignal): Promise<void>;
  /** Called when the last good reading has become too old to be served: clears the readings, keeps identity and state. */
  expire(): void;
  /** Ends children and handles. */
  stop?(): Promise<void>;
}

export interface CollectorContext {
  readonly table: SeriesTable;
  readonly logger: Logger;
  /** Unix time in seconds. */
  readonly now: () => number;
  /** Root of the proc file system, `/proc` unless the host's is mounted elsewhere. */
  readonly procRoot: string;
}

/** A reading failed for a reason that is worth its own count. */
export class CollectorError extends Error {
  override readonly name = 'CollectorError';
  /** snake_case, from a small fixed set per collector. */
  readonly reason: string;

  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

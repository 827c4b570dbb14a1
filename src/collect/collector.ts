import type { Metric, SeriesTable } from '../series/index.ts';
import type { Section } from '../snapshot/index.ts';
import type { Logger } from './logger.ts';

/**
 * A collector reads one part of the machine on a beat of its own and leaves what it read in the series table. A scrape never calls
 * it. One collector is one file that exports a declaration of this shape, plus one line in its room's index.
 */
export interface CollectorDeclaration<Options = unknown> {
  /** snake_case; the label `collector`, and the name by which it is enabled and disabled. */
  readonly name: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  /**
   * Reasons, beside `timeout`, for which a single reading may fail between good ones. They are counted from zero, so that a rate knows of the
   * first; of a failure that lasts there are more.
   */
  readonly passingReasons?: readonly string[];
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
   * @throws CollectorError with the reason that is counted, PartialReading when the rest was read; any other error counts as `unexpected`.
   * @throws SourceAbsent when there is nothing to read here, which is no failure.
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
  /** Root of the sys file system, `/sys` unless the host's is mounted elsewhere. */
  readonly sysRoot: string;
  /** Root of the node's file systems, `/` unless the host's is mounted elsewhere. */
  readonly hostRoot: string;
  /** Makes a part of the collector's state outlive the exporter. To be called in `create`; absent where nothing outlives it. */
  readonly keep?: (section: Section) => void;
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

/** Something is missing from a reading, which counts as a failure; what was read is set, and is as fresh as that of a good one. */
export class PartialReading extends CollectorError {}

/** Why a collector has nothing to read on this machine. */
export type AbsenceReason =
  /** The kernel or the machine does not have it. */
  | 'not_on_this_machine'
  /** It is read on other operating systems only. */
  | 'other_system'
  /** It would show the container instead of the node, whose files are not mounted. */
  | 'container'
  /** It is there, but this user may not read it, and the node may well be meant so. */
  | 'not_permitted';

/**
 * There is nothing to read here, and that is no failure: the collector's series are cleared, its reason is shown and logged once, and
 * it is asked again on its next beat.
 */
export class SourceAbsent extends Error {
  override readonly name = 'SourceAbsent';
  readonly reason: AbsenceReason;

  constructor(reason: AbsenceReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

import type { Fault } from './faults.ts';

/**
 * All that a GPU tells at a moment, without units: by the first name of the field of `--query-gpu`, else by the name that the layout of the
 * document has for it. CSV and XML are written from the same facts, so they agree. What is not in here reads N/A.
 */
export type Facts = ReadonlyMap<string, string>;

/** When a GPU is asked, and what is wrong then. */
export interface Moment {
  readonly time: Date;
  /** Unix time at which the faults began. */
  readonly since: number;
  /** GPUs that the driver says there are. */
  readonly count: number;
  readonly faults: readonly Fault[];
}

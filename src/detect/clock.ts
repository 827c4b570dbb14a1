import type { InferOutput } from 'valibot';
import type { RankProgress } from '../runs/index.ts';
import type { DetectorFacts, DetectorOptions, DetectorSchema } from './detector.ts';
import type { RankVerdict } from './group.ts';

/** What every detector that goes by the clock is, for lists of detectors. */
export interface AnyClockDetector extends DetectorFacts {
  readonly options: DetectorSchema;
  start(options: DetectorOptions): object;
  observe(state: unknown, ranks: readonly RankProgress[], options: DetectorOptions): readonly RankVerdict[];
}

/**
 * A detector of what does not happen: a pure function of (state, how all ranks of a run on this node get on, options), called every
 * second, whether or not one of them reports. Ranks that have ended are not among them. State is mutable and owned by the caller, one
 * for each run; its size is bounded by the number of ranks.
 */
export interface ClockDetector<
  Kind extends string,
  State extends object,
  Schema extends DetectorSchema,
> extends AnyClockDetector {
  readonly kind: Kind;
  readonly options: Schema;
  start(options: InferOutput<Schema>): State;
  observe(state: State, ranks: readonly RankProgress[], options: InferOutput<Schema>): readonly RankVerdict[];
}

/** Gives a detector's declaration its exact types, so that names and options are checked where it is written. */
export function clockDetector<const Kind extends string, State extends object, Schema extends DetectorSchema>(
  detector: ClockDetector<Kind, State, Schema>,
): ClockDetector<Kind, State, Schema> {
  return detector;
}

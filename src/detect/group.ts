import type { InferOutput } from 'valibot';
import type { Field, Observation } from '../runs/index.ts';
import type { Peering } from './ranks/peers.ts';
import type { DetectorFacts, DetectorOptions, DetectorSchema, Verdict } from './detector.ts';

/** A verdict on one of the ranks of a group, not always the one that was observed last. */
export interface RankVerdict {
  readonly rank: number;
  readonly verdict: Verdict;
}

/** What every detector over ranks that do the same work is, for lists of detectors. */
export interface AnyGroupDetector extends DetectorFacts {
  readonly options: DetectorSchema;
  readonly reads: readonly Field[];
  /** Which ranks make a group. */
  readonly peers: Peering;
  start(options: DetectorOptions): object;
  observe(state: unknown, observation: Observation, options: DetectorOptions): readonly RankVerdict[];
  forget(state: unknown, rank: number): void;
}

/**
 * A detector that compares ranks of one run that do the same work: a pure function of (state, observation, options), called for every
 * observation of every rank that brings one of the fields it reads. State is mutable and owned by the caller, one for each group; its
 * size is bounded by the number of ranks.
 */
export interface GroupDetector<
  Kind extends string,
  State extends object,
  Schema extends DetectorSchema,
> extends AnyGroupDetector {
  readonly kind: Kind;
  readonly options: Schema;
  start(options: InferOutput<Schema>): State;
  observe(state: State, observation: Observation, options: InferOutput<Schema>): readonly RankVerdict[];
  /** A rank has ended for good. */
  forget(state: State, rank: number): void;
}

/** Gives a detector's declaration its exact types, so that names and options are checked where it is written. */
export function groupDetector<const Kind extends string, State extends object, Schema extends DetectorSchema>(
  detector: GroupDetector<Kind, State, Schema>,
): GroupDetector<Kind, State, Schema> {
  return detector;
}

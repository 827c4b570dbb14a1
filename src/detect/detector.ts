import type { GenericSchema, InferOutput } from 'valibot';
import type { Field, Observation, RankTransition } from '../runs/index.ts';
import type { Metric } from '../series/index.ts';

/** How bad: 1, 2 and 3 in `gradwatch_finding_severity`. */
export const severities = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** What a detector says of one observation. */
export type Verdict =
  /** Nothing wrong, or not enough data to say. */
  | { readonly status: 'quiet' }
  /** The documented rule is fulfilled at this observation. */
  | ({ readonly status: 'evidence' } & Evidence)
  /** What was wrong is over, by the detector's own rule of recovery. */
  | { readonly status: 'recovered'; readonly step: number };

export interface Evidence {
  readonly severity: Severity;
  /** The first step that belongs to the incident, null where the subject has no steps. */
  readonly firstStep: number | null;
  /** The step whose observation completed the rule. */
  readonly step: number | null;
  /** The figure that was judged, and the limit that it crossed. */
  readonly score: number;
  readonly threshold: number;
  /** What was usual before, in the unit of the observed value; null where there is no baseline. */
  readonly baseline: number | null;
  /** How many observations the baseline rests on. */
  readonly window: number;
  /** One sentence for a person, with figures: what happened, where, against what. */
  readonly cause: string;
  /** One sentence: what to look at or change. */
  readonly advice: string;
}

export const quiet: Verdict = { status: 'quiet' };

interface DetectorFacts<Kind extends string> {
  /** snake_case; the finding's kind, the key of its options under `detect`, the name of its page in docs/detectors/. */
  readonly kind: Kind;
  /** `rank` for what is local to one rank, `run` for what all ranks of a run see alike. */
  readonly subject: 'run' | 'rank';
  /** One clause: what the finding means, for lists and generated documents. */
  readonly meaning: string;
  /**
   * Kinds that this one explains: a finding of such a kind that opens in the same run after this one, within
   * `findings.consequence_window`, is attached to it and does not notify.
   */
  readonly explains: readonly string[];
}

/**
 * A detector over the steps of one rank: a pure function of (state, observation, options), called once per observation that
 * brings one of the fields it reads. State is mutable and owned by the caller, one per rank; its size is bounded.
 */
export interface StepDetector<
  Kind extends string = string,
  State = unknown,
  Schema extends GenericSchema = GenericSchema,
  Output extends string = string,
> extends DetectorFacts<Kind> {
  readonly options: Schema;
  readonly reads: readonly Field[];
  /** Series with the labels run and rank that the detector fills, by short name. */
  readonly metrics: Readonly<Record<Output, Metric>>;
  readonly start: () => State;
  readonly observe: (
    state: State,
    observation: Observation,
    options: InferOutput<Schema>,
    /** Sets one of `metrics` for this rank; undefined makes it absent. */
    output: (name: Output, value: number | undefined) => void,
  ) => Verdict;
}

/** A detector over the states of ranks: a pure function of (transition, options). */
export interface TransitionDetector<
  Kind extends string = string,
  Schema extends GenericSchema = GenericSchema,
> extends DetectorFacts<Kind> {
  readonly options: Schema;
  readonly observe: (transition: RankTransition, options: InferOutput<Schema>) => Verdict;
}

/** Gives a detector's declaration its exact types, so that names and options are checked where it is written. */
export function stepDetector<const Kind extends string, State, Schema extends GenericSchema, Output extends string>(
  detector: StepDetector<Kind, State, Schema, Output>,
): StepDetector<Kind, State, Schema, Output> {
  return detector;
}

export function transitionDetector<const Kind extends string, Schema extends GenericSchema>(
  detector: TransitionDetector<Kind, Schema>,
): TransitionDetector<Kind, Schema> {
  return detector;
}

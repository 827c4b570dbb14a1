import type { GenericSchema, InferOutput, StrictObjectSchema } from 'valibot';
import { flag, options, type Option } from '../config/index.ts';
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
  | { readonly status: 'recovered'; readonly step: number | null };

export interface Evidence {
  readonly severity: Severity;
  /** The first step that belongs to the incident, null where the subject has no steps. */
  readonly firstStep: number | null;
  /** The step whose observation completed the rule. */
  readonly step: number | null;
  /** The figure that was judged, and the limit that it crossed. The larger, the worse. */
  readonly score: number;
  readonly threshold: number;
  /** What was usual before, in the unit of the observed value; null where there is no baseline. */
  readonly baseline: number | null;
  /** How many observations the baseline rests on. */
  readonly window: number;
  /**
   * Where it matters on which rank of a run it began: `own` when what was judged is of this rank alone, as its loss is, `shared` when all ranks
   * see the same, as the gradient after its reduction.
   */
  readonly origin?: 'own' | 'shared';
  /** The first step of what was judged, where that is a window of steps; absent where it is one step, or what is so now. */
  readonly judgedFrom?: number;
  /** When it happened, in Unix seconds, where that was a moment and what is told is how recent it is; absent for what lasts. */
  readonly happenedAt?: number;
  /** One sentence for a person, with figures: what happened, where, against what. */
  readonly cause: string;
  /** One sentence: what to look at or change. */
  readonly advice: string;
}

export const quiet: Verdict = { status: 'quiet' };

/**
 * `own` for a kind with an alert of its own; `training_degraded` for what costs results of a whole run, `rank_degraded` for what is of
 * one rank, GPU or node: these follow from the declaration. `none` for what is to be seen and wakes nobody.
 */
export type AlertGroup = 'own' | 'training_degraded' | 'rank_degraded' | 'none';

export interface DetectorFacts<Kind extends string = string> {
  /** snake_case; the finding's kind, the key of its options under `detect`, the name of its page in docs/detectors/. */
  readonly kind: Kind;
  /**
   * `rank` for what is local to one rank, `run` for what all ranks of a run see alike, `gpu` and `node` for the machine, `series` for
   * whatever a series of single values is of: a rank, a GPU, or the node.
   */
  readonly subject: 'run' | 'rank' | 'gpu' | 'node' | 'series';
  /** One clause: what the finding means, for lists and generated documents. */
  readonly meaning: string;
  /**
   * Kinds that this one explains: a finding of such a kind that opens within `findings.consequence_window` of this one, in the same run
   * or on a GPU on which the run computes, is attached to it and does not notify. A kind that names itself explains those of its own
   * that open later or are milder; no kind explains itself through others. One that alerts nobody explains none that alerts.
   */
  readonly explains: readonly string[];
  /** The alert of the bundle that tells people of such findings. */
  readonly alert: AlertGroup;
  /** True where the end of the run ends the finding too; false where the finding tells how a rank ended. */
  readonly endsWithRun: boolean;
  /**
   * True where each evidence tells all that is wrong now, as an evaluation does: a finding says what the last one says, where it else keeps
   * the words of that which gave it its severity.
   */
  readonly tellsNewest?: true;
}

/** Every detector has the option `enabled`; {@link detectorOptions} adds it. */
export type DetectorSchema = GenericSchema<unknown, DetectorOptions>;

export interface DetectorOptions {
  readonly enabled: boolean;
}

/** The options of a detector: those that it names, and `enabled`. */
export function detectorOptions<const Entries extends Readonly<Record<string, GenericSchema>>>(
  entries: Entries,
): StrictObjectSchema<{ readonly enabled: Option<boolean> } & Entries, undefined> {
  return options({ enabled: flag({ default: true, help: 'Whether this detector runs' }), ...entries });
}

/**
 * Sets one of a detector's series for the observed rank; undefined makes it absent. `labels` gives the labels that the metric has
 * beside run and rank. A rank has one such set of labels at a time: another one takes the place of the last.
 */
export type Output<Name extends string = string> = (
  name: Name,
  value: number | undefined,
  labels?: Readonly<Record<string, string>>,
) => void;

/** What every detector over steps is, whatever its state, options and series: for lists of detectors. */
export interface AnyStepDetector extends DetectorFacts {
  readonly options: DetectorSchema;
  readonly reads: readonly Field[];
  readonly metrics: Readonly<Record<string, Metric>>;
  // Methods, not properties: a detector takes its own state, which such a list does not know.
  start(options: DetectorOptions): object;
  observe(state: unknown, observation: Observation, options: DetectorOptions, output: Output): Verdict;
}

/**
 * A detector over the steps of one rank: a pure function of (state, observation, options), called once per observation that
 * brings one of the fields it reads, or a return to a checkpoint. State is mutable and owned by the caller, one per rank; its size
 * is bounded.
 *
 * State outlives the exporter without a line of the detector's own: the caller writes its fields as JSON and puts them into the state
 * of the next start, field by field. So it is an object of numbers, text, flags, null, arrays and Float64Arrays of fixed length, and of
 * objects of such fields; null means that any of them may come. Where a field holds an object of a class, what that class holds is in
 * properties (`private`, not `#`), except for what follows from the options; or it is {@link Lasting}, as SlidingWindow is. The test of
 * the restart holds every detector to it.
 */
export interface StepDetector<
  Kind extends string,
  State extends object,
  Schema extends DetectorSchema,
  Metrics extends Readonly<Record<string, Metric>>,
> extends AnyStepDetector {
  readonly kind: Kind;
  readonly options: Schema;
  readonly reads: readonly Field[];
  /** Series that the detector fills, by short name. Their first labels are run and rank. */
  readonly metrics: Metrics;
  start(options: InferOutput<Schema>): State;
  observe(
    state: State,
    observation: Observation,
    options: InferOutput<Schema>,
    output: Output<keyof Metrics & string>,
  ): Verdict;
}

/** A detector over the states of ranks: a pure function of (transition, options). */
export interface TransitionDetector<
  Kind extends string = string,
  Schema extends DetectorSchema = DetectorSchema,
> extends DetectorFacts<Kind> {
  readonly options: Schema;
  observe(transition: RankTransition, options: InferOutput<Schema>): Verdict;
}

/** Gives a detector's declaration its exact types, so that names and options are checked where it is written. */
export function stepDetector<
  const Kind extends string,
  State extends object,
  Schema extends DetectorSchema,
  const Metrics extends Readonly<Record<string, Metric>>,
>(detector: StepDetector<Kind, State, Schema, Metrics>): StepDetector<Kind, State, Schema, Metrics> {
  return detector;
}

export function transitionDetector<const Kind extends string, Schema extends DetectorSchema>(
  detector: TransitionDetector<Kind, Schema>,
): TransitionDetector<Kind, Schema> {
  return detector;
}

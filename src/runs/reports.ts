/**
 * What a worker reports beside its steps, as plain values: valid, bounded, and in the words of the proto file. Times are Unix seconds;
 * a step is null where none was told. NaN and infinities are data wherever a number is measured.
 */

/** Numbers by name. */
export type Values = Readonly<Record<string, number>>;

/** What a worker does. */
export const phases = ['init', 'train', 'evaluation', 'checkpoint', 'idle'] as const;
export type Phase = (typeof phases)[number];

/** What a gradient norm is of: all parameters, or those that the rank holds. */
export const normScopes = ['global', 'shard'] as const;
export type NormScope = (typeof normScopes)[number];

/** What few workers tell of a step, beside its fields. */
export interface StepDetails {
  /** Null where the worker did not say. */
  readonly gradientNormScope: NormScope | null;
  readonly auxiliaryLosses: Values;
  readonly extras: Values;
}

export interface PhaseReport {
  readonly phase: Phase;
  readonly step: number;
  readonly time: number;
}

export const thresholdBounds = ['lower', 'upper', 'absolute_change', 'relative_change'] as const;
export type ThresholdBound = (typeof thresholdBounds)[number];

/** What stands for the metric in a failure of an evaluation that is of none. */
export const failedWithoutMetric = {
  /** A slice for which there are thresholds was not found in the data. */
  missingSlice: 'slice_missing',
  /** It did not pass because nothing was set that it could keep. */
  missingThresholds: 'thresholds_missing',
  /** It did not pass, and does not say what was not kept. */
  unexplained: 'validation_not_ok',
} as const;

/** A threshold that a metric of an evaluation did not keep. */
export interface ThresholdFailure {
  /** Or one of {@link failedWithoutMetric}. */
  readonly metric: string;
  /** "" for the whole data set. */
  readonly slice: string;
  readonly bound: ThresholdBound;
  /** What was measured: the value or the change; null where it was not told. */
  readonly value: number | null;
  /** What was allowed, likewise. */
  readonly threshold: number | null;
}

export interface EvaluationSlice {
  /** "feature:value"; "" for the whole data set. */
  readonly slice: string;
  readonly samples: number | null;
  readonly metrics: Values;
}

/** One evaluation over one data set. */
export interface EvaluationReport {
  readonly step: number | null;
  readonly time: number;
  readonly dataset: string;
  readonly slices: readonly EvaluationSlice[];
  readonly failures: readonly ThresholdFailure[];
}

/** What can be known of a layer: the names are those of `gradwatch.v1.Layer`. */
export const layerFields = [
  'gradient_norm',
  'weight_norm',
  'update_ratio',
  'gradient_mean_abs',
  'weight_variance',
  'activation_variance',
  'fraction_zero',
  'fraction_dead',
  'fraction_saturated',
  'fraction_nonfinite',
] as const;
export type LayerField = (typeof layerFields)[number];

export interface Layer {
  readonly name: string;
  readonly values: Readonly<Partial<Record<LayerField, number>>>;
}

/** Statistics of layers at one step, in the order from input to output. */
export interface LayerReport {
  readonly step: number;
  readonly time: number;
  readonly layers: readonly Layer[];
}

/** A histogram of numbers (`edges`, one more than counts, rising) or of classes (`classes`, as many as counts). */
export type Distribution =
  | { readonly edges: readonly number[]; readonly counts: readonly number[] }
  | { readonly classes: readonly string[]; readonly counts: readonly number[] };

export const tensorKinds = ['input', 'output'] as const;
export type TensorKind = (typeof tensorKinds)[number];

/** The distribution of one input or output of the model since the last report of it. */
export interface TensorReport {
  readonly step: number | null;
  readonly time: number;
  readonly name: string;
  readonly kind: TensorKind;
  readonly count: number | null;
  readonly mean: number | null;
  readonly variance: number | null;
  readonly fractionNonFinite: number | null;
  readonly distribution: Distribution | null;
  /** Later reports of this name are to be compared with this one. */
  readonly reference: boolean;
}

export const eventTypes = [
  'checkpoint',
  'exception',
  'restart',
  'rollback',
  'learning_rate_change',
  'data_skip',
  'out_of_memory',
  'collective_timeout',
  'custom',
] as const;
export type EventType = (typeof eventTypes)[number];

export interface EventReport {
  readonly type: EventType;
  readonly step: number | null;
  readonly time: number;
  readonly message: string | null;
  readonly value: number | null;
}

/** Latencies in seconds: `counts` has one more than `bounds`, for those above the last. Not cumulative. */
export interface LatencyHistogram {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number | null;
}

/** What a process that serves a model did since its last report; null is what it does not tell. */
export interface ServingReport {
  readonly time: number;
  readonly requests: number | null;
  readonly errors: number | null;
  readonly latency: LatencyHistogram | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly outputs: Extract<Distribution, { readonly classes: unknown }> | null;
}

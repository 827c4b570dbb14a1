import type { BatchMessage } from '../protocol/index.ts';

/** Numbers by name. */
export type Values = Readonly<Record<string, number>>;

/** One evaluation over one data set; the terms are those of TensorFlow Model Analysis. */
export interface EvaluationReport {
  readonly dataset: string;
  /** The step after which it ran. */
  readonly step?: number | undefined;
  /** By slice key, "feature:value"; "" is the whole data set. */
  readonly slices: Readonly<Record<string, Values>>;
  /** How many samples each slice had. */
  readonly samples?: Values | undefined;
  /** Thresholds that were not kept. */
  readonly failures?:
    | readonly {
        readonly metric: string;
        readonly slice?: string | undefined;
        readonly bound: 'lower' | 'upper' | 'absolute_change' | 'relative_change';
        readonly value?: number | undefined;
        readonly threshold?: number | undefined;
      }[]
    | undefined;
}

/** What is known of a layer. Norms are L2, fractions from 0 to 1. */
export interface LayerValues {
  readonly gradientNorm?: number | undefined;
  readonly weightNorm?: number | undefined;
  readonly updateRatio?: number | undefined;
  readonly gradientMeanAbs?: number | undefined;
  readonly weightVariance?: number | undefined;
  readonly activationVariance?: number | undefined;
  readonly fractionZero?: number | undefined;
  readonly fractionDead?: number | undefined;
  readonly fractionSaturated?: number | undefined;
  readonly fractionNonfinite?: number | undefined;
}

/** The distribution of an input or output of the model. A histogram has counts with edges (one more) or classes (as many). */
export interface TensorValues {
  readonly count?: number | undefined;
  readonly mean?: number | undefined;
  readonly variance?: number | undefined;
  readonly fractionNonfinite?: number | undefined;
  readonly edges?: readonly number[] | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly counts?: readonly number[] | undefined;
}

export interface TensorsReport {
  readonly step?: number | undefined;
  readonly inputs?: Readonly<Record<string, TensorValues>> | undefined;
  readonly outputs?: Readonly<Record<string, TensorValues>> | undefined;
  /** Later ones are to be compared with these. */
  readonly reference?: boolean | undefined;
}

export type EventType =
  | 'checkpoint'
  | 'exception'
  | 'restart'
  | 'rollback'
  | 'learning_rate_change'
  | 'data_skip'
  | 'out_of_memory'
  | 'collective_timeout'
  | 'custom';

export interface EventReport {
  readonly type: EventType;
  readonly step?: number | undefined;
  readonly message?: string | undefined;
  readonly value?: number | undefined;
}

/** What a process that serves the model did since its last report. */
export interface ServingReport {
  readonly requests?: number | undefined;
  readonly errors?: number | undefined;
  /** Upper bounds in seconds, one more count than bounds, and the sum of all latencies. */
  readonly latency?:
    | { readonly bounds: readonly number[]; readonly counts: readonly number[]; readonly sum?: number | undefined }
    | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** How often each class was the answer. */
  readonly outputs?: Values | undefined;
}

/** The parts of a batch besides steps. */
export type Part = 'evaluations' | 'layer_reports' | 'tensor_reports' | 'events' | 'serving_reports';

/** By what method of a run they are reported. */
export const partNames: Readonly<Record<Part, string>> = {
  evaluations: 'evaluation',
  layer_reports: 'layers',
  tensor_reports: 'tensors',
  events: 'event',
  serving_reports: 'serving',
};

export type WireMessage<Name extends Part> = NonNullable<BatchMessage[Name]>[number];

/** One part of a batch as it is sent. */
export interface WireReport {
  readonly part: Part;
  readonly message: WireMessage<Part>;
}

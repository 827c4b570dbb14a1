import type { BatchMessage } from '../protocol/index.ts';
import { isCount, type Problem } from './value-kinds.ts';

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

/** One part of a batch as it is sent. */
export interface WireReport {
  readonly part: Part;
  readonly message: NonNullable<BatchMessage[Part]>[number];
}

function wire<Name extends Part>(part: Name, message: NonNullable<BatchMessage[Name]>[number]): WireReport {
  return { part, message };
}

export function evaluation(report: EvaluationReport, unixNanos: number): WireReport {
  const { dataset, step, slices, samples, failures } = report;
  return wire('evaluations', {
    ...present({ dataset, step, unix_nanos: unixNanos }),
    slices: Object.entries(slices).map(([slice, metrics]) => ({
      slice,
      metrics: { ...metrics },
      ...present({ samples: samples?.[slice] }),
    })),
    failures: (failures ?? []).map(({ bound, ...rest }) => ({ ...present(rest), bound: enumName('BOUND', bound) })),
  } as NonNullable<BatchMessage['evaluations']>[number]);
}

export function layers(step: number, values: Readonly<Record<string, LayerValues>>, unixNanos: number): WireReport {
  return wire('layer_reports', {
    step,
    unix_nanos: unixNanos,
    layers: Object.entries(values).map(([name, each]) => ({ name, ...snakeCase(each) })),
  });
}

/** One for each tensor. */
export function tensors({ step, inputs, outputs, reference }: TensorsReport, unixNanos: number): WireReport[] {
  const one =
    (kind: 'KIND_INPUT' | 'KIND_OUTPUT') =>
    ([name, given]: [string, TensorValues]): WireReport => {
      const { edges, classes, counts, ...values } = given;
      return wire('tensor_reports', {
        ...present({ name, kind, step, unix_nanos: unixNanos, reference }),
        ...snakeCase(values),
        ...(counts !== undefined && {
          distribution: { edges: [...(edges ?? [])], classes: [...(classes ?? [])], counts: [...counts] },
        }),
      });
    };
  return [
    ...Object.entries(inputs ?? {}).map(one('KIND_INPUT')),
    ...Object.entries(outputs ?? {}).map(one('KIND_OUTPUT')),
  ];
}

export function event({ type, ...rest }: EventReport, unixNanos: number): WireReport {
  const message = { ...present(rest), type: enumName('TYPE', type), unix_nanos: unixNanos };
  return wire('events', message as NonNullable<BatchMessage['events']>[number]);
}

/** Does not throw for a part that cannot be used: `leftOut` is told of it, and the rest is sent. */
export function serving(
  { latency, outputs, ...given }: ServingReport,
  unixNanos: number,
  leftOut: (problem: Problem) => void,
): WireReport {
  const usable = <Value>(name: keyof ServingReport, value: Value | undefined, isOne: (value: unknown) => boolean) => {
    if (value === undefined || value === null || isOne(value)) return value ?? undefined;
    leftOut({ field: `serving.${name}`, text: `serving: ${name} is no ${servingShapes[name]}: it was not sent` });
    return undefined;
  };
  const counts = Object.fromEntries(servedCounts.map((name) => [name, usable(name, given[name], isCount)]));
  const histogram = usable('latency', latency, isLatency);
  const classes = usable('outputs', outputs, isCounts);
  return wire('serving_reports', {
    ...snakeCase(counts),
    unix_nanos: unixNanos,
    ...(histogram !== undefined && {
      latency: { ...present({ sum: histogram.sum }), bounds: [...histogram.bounds], counts: [...histogram.counts] },
    }),
    ...(classes !== undefined && { outputs: { classes: Object.keys(classes), counts: Object.values(classes) } }),
  });
}

const servedCounts = ['requests', 'errors', 'inputTokens', 'outputTokens'] as const;

const servingShapes: Readonly<Record<keyof ServingReport, string>> = {
  requests: 'whole number from 0',
  errors: 'whole number from 0',
  inputTokens: 'whole number from 0',
  outputTokens: 'whole number from 0',
  latency: 'histogram { bounds: [0.1, 1], counts: [7, 2, 0], sum: 1.9 } with one count more than bounds',
  outputs: 'count by class, { cat: 7, dog: 2 }',
};

function isLatency(value: unknown): boolean {
  const { bounds, counts, sum } = Object(value) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(bounds) || !Array.isArray(counts)) return false;
  const numbers = bounds.every((bound) => typeof bound === 'number') && ['number', 'undefined'].includes(typeof sum);
  return numbers && counts.length === bounds.length + 1 && counts.every(isCount);
}

function isCounts(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isCount);
}

function enumName(prefix: string, value: string): string {
  return `${prefix}_${value.toUpperCase()}`;
}

/** Absent is not zero: what is undefined is not set. */
function present(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function snakeCase(values: object): Record<string, number> {
  const known = Object.entries(values).filter(([, value]) => value !== undefined) as [string, number][];
  return Object.fromEntries(
    known.map(([name, value]) => [name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
  );
}

import { cleanFields } from './clean-fields.ts';
import { plainText } from './plain-text.ts';
import { copyValues } from './named-values.ts';
import type {
  EvaluationReport,
  EventReport,
  EventType,
  LayerValues,
  Part,
  TensorsReport,
  TensorValues,
  WireMessage,
  WireReport,
} from './reports.ts';
import { isCount, isKnown, plainNumber, wellFormed, type Problem } from './value-kinds.ts';

// Training scripts are often plain JavaScript, so nothing is believed. Each function throws a TypeError where nothing is left to be sent;
// what can be left out is told to `leftOut`.

type LeftOut = (problem: Problem) => void;

const stepKinds = { step: 'count' } as const;

export function evaluation(report: EvaluationReport, unixNanos: number, leftOut: LeftOut): WireReport {
  const { dataset, step, slices, samples, failures } = report;
  return wire('evaluations', {
    ...cleanFields('evaluation', { step }, stepKinds, leftOut),
    dataset: textOf('dataset', dataset),
    unix_nanos: unixNanos,
    slices: entriesOf('slices', slices).flatMap(([slice, given]) => {
      const metrics = copyValues('evaluation.slices', given, leftOut);
      if (metrics === undefined) return [];
      const count = cleanFields('evaluation', { samples: samples?.[slice] }, { samples: 'count' }, leftOut);
      return [{ slice: wellFormed(slice), metrics, ...count }];
    }),
    failures: [...(failures ?? [])].flatMap((failure) => {
      const { metric, slice, bound, value, threshold } = failure;
      if (typeof metric !== 'string' || !bounds.has(bound)) {
        const text = `evaluation: a failure needs metric and bound, which is one of ${[...bounds].join(', ')}`;
        leftOut({ field: 'evaluation.failures', text: `${text}: it was not sent` });
        return [];
      }
      return [
        {
          ...cleanFields('evaluation.failures', { value, threshold }, { value: 'real', threshold: 'real' }, leftOut),
          metric: wellFormed(metric),
          ...(typeof slice === 'string' && { slice: wellFormed(slice) }),
          bound: `BOUND_${bound.toUpperCase()}`,
        },
      ];
    }),
  } as WireMessage<'evaluations'>);
}

const bounds: ReadonlySet<unknown> = new Set(['lower', 'upper', 'absolute_change', 'relative_change']);

const layerKinds = {
  gradientNorm: 'real',
  weightNorm: 'real',
  updateRatio: 'real',
  gradientMeanAbs: 'real',
  weightVariance: 'real',
  activationVariance: 'real',
  fractionZero: 'real',
  fractionDead: 'real',
  fractionSaturated: 'real',
  fractionNonfinite: 'real',
} as const satisfies Record<keyof LayerValues, 'real'>;

export function layers(
  step: number,
  values: Readonly<Record<string, LayerValues>>,
  unixNanos: number,
  leftOut: LeftOut,
): WireReport {
  const number = plainNumber(step);
  if (!isCount(number)) throw new TypeError(`step is no whole number from 0`);
  return wire('layer_reports', {
    step: number as number,
    unix_nanos: unixNanos,
    layers: entriesOf('layers', values).map(([name, each]) => ({
      name: wellFormed(name),
      ...cleanFields('layers', each, layerKinds, leftOut),
    })),
  });
}

const tensorKinds = { count: 'count', mean: 'real', variance: 'real', fractionNonfinite: 'real' } as const;

/** One for each tensor. */
export function tensors(report: TensorsReport, unixNanos: number, leftOut: LeftOut): WireReport[] {
  const { step, inputs, outputs, reference } = report;
  const shared = {
    ...cleanFields('tensors', { step }, stepKinds, leftOut),
    ...(reference === true && { reference }),
    unix_nanos: unixNanos,
  };
  const one =
    (kind: 'KIND_INPUT' | 'KIND_OUTPUT') =>
    ([name, given]: [string, TensorValues]): WireReport => {
      const { edges, classes, counts, ...values } = given;
      return wire('tensor_reports', {
        ...{ ...shared, name: wellFormed(name), kind },
        ...cleanFields('tensors', values, tensorKinds, leftOut),
        ...(isKnown(counts) && distributionOf(edges, classes, counts, leftOut)),
      });
    };
  return [
    ...entriesOf('inputs', inputs ?? {}).map(one('KIND_INPUT')),
    ...entriesOf('outputs', outputs ?? {}).map(one('KIND_OUTPUT')),
  ];
}

function distributionOf(
  edges: TensorValues['edges'],
  classes: TensorValues['classes'],
  counts: NonNullable<TensorValues['counts']>,
  leftOut: LeftOut,
) {
  const shares = [...counts].map(plainNumber);
  const limits = [...(edges ?? [])];
  const names = [...(classes ?? [])];
  const fits = limits.length === shares.length + 1 || names.length === shares.length;
  if (fits && shares.every(isCount) && limits.every((edge) => typeof edge === 'number')) {
    const texts = names.map(plainText);
    return { distribution: { edges: limits, classes: texts, counts: shares as number[] } };
  }
  leftOut({
    field: 'tensors.counts',
    text: 'tensors: counts are whole numbers from 0 with edges, one more, or classes, as many: they were not sent',
  });
  return {};
}

const eventTypes = {
  checkpoint: 'TYPE_CHECKPOINT',
  exception: 'TYPE_EXCEPTION',
  restart: 'TYPE_RESTART',
  rollback: 'TYPE_ROLLBACK',
  learning_rate_change: 'TYPE_LEARNING_RATE_CHANGE',
  data_skip: 'TYPE_DATA_SKIP',
  out_of_memory: 'TYPE_OUT_OF_MEMORY',
  collective_timeout: 'TYPE_COLLECTIVE_TIMEOUT',
  custom: 'TYPE_CUSTOM',
} as const satisfies Record<EventType, string>;

export function event({ type, message, ...given }: EventReport, unixNanos: number, leftOut: LeftOut): WireReport {
  if (!Object.hasOwn(eventTypes, type)) {
    throw new TypeError(`there is no type ${plainText(type)}, there are ${Object.keys(eventTypes).join(', ')}`);
  }
  return wire('events', {
    ...cleanFields('event', given, { step: 'count', value: 'real' }, leftOut),
    ...(isKnown(message) && { message: textOf('message', message) }),
    type: eventTypes[type],
    unix_nanos: unixNanos,
  });
}

function wire<Name extends Part>(part: Name, message: WireMessage<Name>): WireReport {
  return { part, message };
}

function textOf(what: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`${what} is of type ${typeof value}, not a text`);
  return wellFormed(value);
}

function entriesOf<Value>(what: string, values: Readonly<Record<string, Value>>): [string, Value][] {
  if (typeof values !== 'object' || Symbol.iterator in values) throw new TypeError(`${what} is no object by name`);
  return Object.entries(values);
}

import { failedWithoutMetric, type EvaluationSlice, type ThresholdFailure } from '../runs/index.ts';
import {
  decodeMetrics,
  decodeValidation,
  type FailureMessage,
  type MetricKeyMessage,
  type MetricValueMessage,
  type SliceKeyMessage,
} from './messages.ts';

/**
 * The metrics of one slice, a record of `metrics-*.tfrecord`; null for a comparison of two slices, undefined for what is no such record.
 * Metrics that are no single number (matrices, arrays) are left out.
 */
export function sliceOf(record: Uint8Array): EvaluationSlice | null | undefined {
  const message = decodeMetrics(record);
  if (message === null) return undefined;
  if (message.crossSliceKey !== undefined) return null;
  const metrics: Record<string, number> = {};
  let samples: number | null = null;
  for (const { key, value } of message.metricKeysAndValues ?? []) {
    const number = numberOf(value);
    if (key === undefined || number === null) continue;
    metrics[metricName(key)] = number;
    if (key.name === 'example_count' && key.isDiff !== true && Number.isSafeInteger(number)) samples = number;
  }
  return { slice: sliceName(message.sliceKey), samples, metrics };
}

/** What was not kept, of the record of `validations.tfrecord`: never empty where it did not pass. Null for what is no such record. */
export function failuresOf(record: Uint8Array): readonly ThresholdFailure[] | null {
  const message = decodeValidation(record);
  if (message === null) return null;
  const failures = (message.metricValidationsPerSlice ?? []).flatMap(
    ({ sliceKey, crossSliceKey, failures: broken }) => {
      const slice = crossSliceKey === undefined ? sliceName(sliceKey) : 'two slices compared';
      return (broken ?? []).map((failure) => failureOf(failure, slice));
    },
  );
  const missing = (message.missingSlices ?? []).map(({ featureKeys = [], featureValues = {} }): ThresholdFailure => {
    const values = Object.entries(featureValues).map(([feature, value]) => `${feature}:${value}`);
    const slice = [...featureKeys, ...values].join(', ');
    return { ...ofNoMetric, metric: failedWithoutMetric.missingSlice, slice };
  });
  const told = [...failures, ...missing];
  if (message.validationOk === true || told.length > 0) return told;
  const { missingThresholds, unexplained } = failedWithoutMetric;
  return [{ ...ofNoMetric, metric: message.missingThresholds === true ? missingThresholds : unexplained }];
}

const ofNoMetric = { slice: '', bound: 'lower', value: null, threshold: null } as const;

function failureOf({ metricKey, metricThreshold, metricValue }: FailureMessage, slice: string): ThresholdFailure {
  const metric = metricName(metricKey ?? {});
  const value = numberOf(metricValue);
  const { valueThreshold, changeThreshold } = metricThreshold ?? {};
  if (changeThreshold !== undefined) {
    const { absolute, relative } = changeThreshold;
    if (absolute !== undefined)
      return { metric, slice, bound: 'absolute_change', value, threshold: absolute.value ?? 0 };
    // What is told is the difference, which is not what the threshold is of.
    return { metric, slice, bound: 'relative_change', value: null, threshold: relative?.value ?? null };
  }
  const lower = valueThreshold?.lowerBound;
  const upper = valueThreshold?.upperBound;
  const isAbove = upper !== undefined && (lower === undefined || (value ?? NaN) > (upper.value ?? 0));
  const limit = isAbove ? upper : lower;
  const threshold = limit === undefined ? null : (limit.value ?? 0);
  return { metric, slice, bound: isAbove ? 'upper' : 'lower', value, threshold };
}

/** An absent value within a wrapper is zero, as everywhere in the third version of protocol buffers. */
function numberOf(value: MetricValueMessage | undefined): number | null {
  const wrapped = value?.doubleValue ?? value?.boundedValue?.value ?? value?.tDistributionValue?.unsampledValue;
  return wrapped === undefined ? null : (wrapped.value ?? 0);
}

/** "model/output/name", with what tells it from others of the name behind it. */
function metricName({
  name = '',
  outputName,
  modelName,
  subKey = {},
  isDiff,
  exampleWeighted,
}: MetricKeyMessage): string {
  const path = [modelName, outputName, name].filter((part) => part !== undefined && part !== '').join('/');
  const parts = [
    ...(subKey.classId === undefined ? [] : [`class ${subKey.classId.value ?? 0}`]),
    ...(subKey.k === undefined ? [] : [`k ${subKey.k.value ?? 0}`]),
    ...(subKey.topK === undefined ? [] : [`top ${subKey.topK.value ?? 0}`]),
    ...(exampleWeighted?.value === true ? ['weighted'] : []),
    ...(isDiff === true ? ['change'] : []),
  ];
  return parts.length === 0 ? path : `${path} (${parts.join(', ')})`;
}

/** "column:value", several joined by ", "; "" for all of the data. */
function sliceName(key: SliceKeyMessage | undefined): string {
  return (key?.singleSliceKeys ?? [])
    .map(({ column = '', bytesValue, floatValue, int64Value }) => {
      const value = bytesValue === undefined ? (floatValue ?? int64Value ?? '') : new TextDecoder().decode(bytesValue);
      return `${column}:${value}`;
    })
    .join(', ');
}

import type { Evaluation } from '../../protocol/index.ts';
import {
  failedWithoutMetric,
  type EvaluationReport,
  type EvaluationSlice,
  type RunsOptions,
  type ThresholdBound,
  type ThresholdFailure,
} from '../../runs/index.ts';
import type { Refusal } from '../refusals.ts';
import { description } from './foreign-text.ts';
import { enumOf } from './told-enum.ts';
import { timeOf } from './told-time.ts';
import { firstOf, numberOf } from './number.ts';
import { maxNameLength, nameOf, valuesOf } from './values.ts';

const maxFailures = 64;

const bounds: Readonly<Record<string, ThresholdBound>> = {
  BOUND_LOWER: 'lower',
  BOUND_UPPER: 'upper',
  BOUND_ABSOLUTE_CHANGE: 'absolute_change',
  BOUND_RELATIVE_CHANGE: 'relative_change',
};

type Refused = (refusal: Refusal) => void;
type Wire<Name extends 'slices' | 'failures'> = NonNullable<Evaluation[Name]>[number];

/** An evaluation as the runs take it; null when it cannot be told of which data set it is. What breaks a limit is left out. */
export function validateEvaluation(
  evaluation: Evaluation,
  arrival: number,
  limits: RunsOptions,
  refused: Refused,
): EvaluationReport | null {
  const dataset = nameOf(evaluation.dataset, 'the data set of an evaluation', refused);
  if (dataset === null) return null;
  const ofSlices = { what: 'slices of an evaluation', option: 'runs.max_slices' };
  const ofFailures = { what: 'failures of an evaluation', option: null };
  return {
    dataset,
    step: numberOf(evaluation.step, 'count', 'Evaluation.step', refused),
    time: timeOf(evaluation.unix_nanos, arrival, 'Evaluation.unix_nanos', refused),
    slices: firstOf(evaluation.slices, limits.max_slices, ofSlices, refused).flatMap(
      (slice) => sliceOf(slice, limits.max_slice_metrics, refused) ?? [],
    ),
    failures: firstOf(evaluation.failures, maxFailures, ofFailures, refused).map((failure) =>
      failureOf(failure, refused),
    ),
  };
}

function sliceOf(slice: Wire<'slices'>, limit: number, refused: Refused): EvaluationSlice | null {
  const key = sliceKey(slice.slice, refused);
  if (key === null) return null;
  const metrics = Object.entries(valuesOf(slice.metrics, 'a metric of an evaluation', refused));
  const what = { what: 'metrics of a slice', option: 'runs.max_slice_metrics' };
  return {
    slice: key,
    samples: numberOf(slice.samples, 'count', 'EvaluationSlice.samples', refused),
    metrics: Object.fromEntries(firstOf(metrics, limit, what, refused)),
  };
}

/** That a threshold was not kept is never left out: its names only describe it, and are cut. */
function failureOf(failure: Wire<'failures'>, refused: Refused): ThresholdFailure {
  const bound = enumOf(bounds, failure.bound, 'ThresholdFailure.bound', refused);
  return {
    metric: description(failure.metric, maxNameLength) ?? failedWithoutMetric.unexplained,
    slice: description(failure.slice, maxNameLength) ?? '',
    bound: bound ?? 'lower',
    value: failure.value ?? null,
    threshold: bound === null ? null : (failure.threshold ?? null),
  };
}

/** "" stands for all of the data set. */
function sliceKey(slice: string | undefined, refused: Refused): string | null {
  return slice === undefined || slice === '' ? '' : nameOf(slice, 'a slice of an evaluation', refused);
}

import type { Batch } from '../protocol/index.ts';
import type { Excess, Rank, RunsOptions } from '../runs/index.ts';
import { refuse, type Refusal } from './refusals.ts';
import { validateEvaluation } from './validate/evaluation.ts';
import { validateEvent } from './validate/event.ts';
import { validateLayers } from './validate/layers.ts';
import { firstOf } from './validate/number.ts';
import { validateServing } from './validate/serving.ts';
import { validateStep } from './validate/step.ts';
import { validateTensor } from './validate/tensor.ts';

/** A second of 1,000 steps, each in a few parts. A message of steps that are almost empty would hold up the event loop. */
const maxSteps = 4096;
/** Of each other part. */
const maxParts = 64;

export interface TakeContext {
  /** When the batch came, Unix seconds. */
  readonly arrival: number;
  readonly limits: RunsOptions;
  readonly refused: (refusal: Refusal) => void;
}

/** What a batch costs, in steps: its steps, and whatever else it names, whether that is taken or not. */
export function costOf(batch: Batch): number {
  const { evaluations = [], layer_reports: layers = [], tensor_reports: tensors = [], events = [] } = batch;
  const { serving_reports: serving = [] } = batch;
  const slices = evaluations.flatMap((each) => each.slices ?? []);
  return (
    (batch.steps?.length ?? 0) +
    events.length +
    evaluations.reduce((sum, { failures }) => sum + 1 + (failures?.length ?? 0), 0) +
    slices.reduce((sum, { metrics }) => sum + 1 + Object.keys(metrics ?? {}).length, 0) +
    layers.reduce((sum, report) => sum + 1 + (report.layers?.length ?? 0), 0) +
    tensors.reduce((sum, { distribution }) => sum + 1 + (distribution?.counts?.length ?? 0), 0) +
    serving.reduce(
      (sum, { latency, outputs }) => sum + 1 + (latency?.counts?.length ?? 0) + (outputs?.counts?.length ?? 0),
      0,
    )
  );
}

/**
 * Takes the parts of a batch into the rank, in the order that the proto file states. What breaks a limit is left out and told.
 * @returns how many reports of steps were taken
 */
export function takeBatch(batch: Batch, rank: Rank, context: TakeContext): number {
  const { arrival, limits, refused } = context;
  const exceeded = (excess: Excess): void => {
    const isOfSeries = excess.option === 'max_series' || excess.option === 'max_run_series';
    refused(refuse(isOfSeries ? 'series_limit' : 'name_limit', excess));
  };
  if (batch.steps !== undefined && batch.steps.length > maxSteps) {
    refused(refuse('batch_length', { steps: batch.steps.length, limit: maxSteps }));
    batch.steps.length = maxSteps;
  }
  let taken = 0;
  for (const step of batch.steps ?? []) {
    const report = validateStep(step, arrival, refused);
    if (report === null) continue;
    rank.report(report, exceeded);
    taken += 1;
  }
  const some = <Part>(parts: readonly Part[] | undefined, what: string): readonly Part[] =>
    firstOf(parts, maxParts, { what: `${what} of a batch`, option: null }, refused);
  for (const message of some(batch.evaluations, 'evaluations')) {
    const report = validateEvaluation(message, arrival, limits, refused);
    if (report !== null) rank.reports.evaluation(report, exceeded);
  }
  for (const message of some(batch.layer_reports, 'layer reports')) {
    const report = validateLayers(message, arrival, limits, refused);
    if (report !== null) rank.reports.layers(report, exceeded);
  }
  for (const message of some(batch.tensor_reports, 'tensor reports')) {
    const report = validateTensor(message, arrival, limits, refused);
    if (report !== null) rank.reports.tensor(report, exceeded);
  }
  for (const message of some(batch.events, 'events')) {
    if (rank.reports.event(validateEvent(message, arrival, refused))) continue;
    refused(refuse('event_rate', { limit: limits.max_events_per_minute }));
  }
  for (const message of some(batch.serving_reports, 'serving reports')) {
    rank.reports.serving(validateServing(message, arrival, limits, refused), exceeded);
  }
  return taken;
}

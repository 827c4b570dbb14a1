import type { Step } from '../../protocol/index.ts';
import { isAnnouncement, type Field, type StepReport } from '../../runs/index.ts';
import { quote } from './foreign-text.ts';
import { expected, keeps, type Rule } from './number-rules.ts';
import { refuse, type Refusal } from '../refusals.ts';
import { timeOf } from './told-time.ts';
import { detailsOf, phaseOf } from './details.ts';

const rules: Readonly<Record<Field, Rule>> = {
  epoch: 'amount',
  loss: 'any',
  validation_loss: 'any',
  evaluated_training_loss: 'any',
  gradient_norm: 'notNegative',
  gradient_change_norm: 'notNegative',
  parameter_norm: 'notNegative',
  learning_rate: 'notNegative',
  loss_scale: 'notNegative',
  step_seconds: 'amount',
  data_wait_seconds: 'amount',
  collective_wait_seconds: 'amount',
  samples: 'count',
  tokens: 'count',
  update_ratio: 'notNegative',
  batch_size: 'count',
  floating_point_operations: 'amount',
  mfu_ratio: 'notNegative',
  host_to_device_seconds: 'amount',
  forward_seconds: 'amount',
  backward_seconds: 'amount',
  optimizer_seconds: 'amount',
  checkpoint_seconds: 'amount',
  evaluation_seconds: 'amount',
  memory_allocated_bytes: 'count',
  memory_reserved_bytes: 'count',
  memory_peak_bytes: 'count',
  allocation_retries: 'count',
  out_of_memory_errors: 'count',
  process_memory_bytes: 'count',
  gradient_clip_norm: 'notNegative',
  zero_gradient_fraction: 'fraction',
  nonfinite_gradients: 'count',
  maximum_loss: 'any',
  own_seconds: 'amount',
};

const ruleOf: ReadonlyMap<string, Rule> = new Map(Object.entries(rules));

/**
 * A step as the runs take it; null when it cannot be told which step it is. What breaks a limit is left out and told to `refused`.
 * A step without a time, or with one that cannot be, gets the time of arrival (Unix seconds).
 */
export function validateStep(step: Step, arrival: number, refused: (refusal: Refusal) => void): StepReport | null {
  const number = step.step;
  if (number === undefined || !Number.isSafeInteger(number)) {
    refused(refuse('step_invalid', { value: number === undefined ? 'absent' : quote(number) }));
    return null;
  }
  const time = timeOf(step.unix_nanos, arrival, 'Step.unix_nanos', refused);
  const values: Partial<Record<Field, number>> = {};
  // A report brings half of the fields or less.
  for (const name in step) {
    const rule = ruleOf.get(name);
    if (rule === undefined) continue;
    const field = name as Field;
    const value = step[field];
    if (value === undefined) continue;
    if (keeps(rule, value)) values[field] = value;
    else refused(refuse('value_invalid', { step: number, field, value: quote(value), expected: expected[rule] }));
  }
  const report: StepReport = { step: number, time, values, skipped: step.skipped === true };
  const details = detailsOf(step, refused);
  const phase = phaseOf(step.phase, refused);
  if (details === null && phase === null) {
    // It says that the worker does something of which a later version of the protocol knows, and nothing of a step.
    return step.phase !== undefined && isAnnouncement(report) ? null : report;
  }
  return { ...report, ...(details && { details }), ...(phase && { phase }) };
}

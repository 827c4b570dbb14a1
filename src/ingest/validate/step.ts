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
export function validateStep(message: Step, arrival: number, refused: (refusal: Refusal) => void): StepReport | null {
  // What is no number of the step, by name: the rest is copied in one go, which costs less than field by field.
  const {
    step,
    unix_nanos: unixNanos,
    skipped,
    phase,
    gradient_norm_scope,
    auxiliary_losses,
    extras,
    ...rest
  } = message;
  if (step === undefined || !Number.isSafeInteger(step)) {
    refused(refuse('step_invalid', { value: step === undefined ? 'absent' : quote(step) }));
    return null;
  }
  const time = timeOf(unixNanos, arrival, 'Step.unix_nanos', refused);
  const values: Partial<Record<Field, number>> = rest;
  for (const name in values) {
    const field = name as Field;
    const rule = ruleOf.get(field);
    const value = values[field];
    if (rule !== undefined && value !== undefined && keeps(rule, value)) continue;
    Reflect.deleteProperty(values, field);
    if (rule === undefined || value === undefined) continue;
    refused(refuse('value_invalid', { step, field, value: quote(value), expected: expected[rule] }));
  }
  const report: StepReport = { step, time, values, skipped: skipped === true };
  const details = detailsOf(message, refused);
  const told = phaseOf(phase, refused);
  if (details === null && told === null) {
    // It says that the worker does something of which a later version of the protocol knows, and nothing of a step.
    return phase !== undefined && isAnnouncement(report) ? null : report;
  }
  return { ...report, ...(details && { details }), ...(told && { phase: told }) };
}

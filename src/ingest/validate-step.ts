import type { Step } from '../protocol/index.ts';
import type { Field, StepReport } from '../runs/index.ts';
import { quote } from './foreign-text.ts';
import { refuse, type Refusal } from './refusals.ts';

/** What a field may be. NaN and infinities are data where a training can produce them. */
type Rule = 'any' | 'notNegative' | 'fraction' | 'amount' | 'count';

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

const expected: Readonly<Record<Rule, string>> = {
  any: 'a number',
  notNegative: 'NaN, or a number not below 0',
  fraction: 'NaN, or a number from 0 to 1',
  amount: 'a finite number not below 0',
  count: 'a whole number up to 2^53 - 1',
};

const ruleOf: ReadonlyMap<string, Rule> = new Map(Object.entries(rules));

/** A worker's clock may lead by this much: it is the clock of the same node, or of one that a time service keeps. Seconds. */
const clockLead = 300;
/** 2001-09-09: no training reports that is older, and a clock that was never set shows 1970. Unix seconds. */
const earliest = 1_000_000_000;

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
  let time = arrival;
  if (step.unix_nanos !== undefined) {
    const told = step.unix_nanos / 1e9;
    if (told >= earliest && told <= arrival + clockLead) time = told;
    else refused(refuse('time_invalid', { step: number, value: quote(step.unix_nanos) }));
  }
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
  return { step: number, time, values: values, skipped: step.skipped === true };
}

function keeps(rule: Rule, value: number): boolean {
  switch (rule) {
    case 'any':
      return true;
    case 'notNegative':
      return !(value < 0);
    case 'fraction':
      return !(value < 0 || value > 1);
    case 'amount':
      return value >= 0 && value < Infinity;
    case 'count':
      return Number.isSafeInteger(value);
  }
}

import { expect, test } from 'vitest';
import type { WireStep } from './wire-step.ts';
import { Urgency } from './urgency.ts';

function judge(...reports: Omit<WireStep, 'step' | 'unix_nanos'>[]): boolean[] {
  const urgency = new Urgency();
  return reports.map((report, step) => urgency.isUrgent({ step, unix_nanos: 0, ...report }));
}

test('a value that is not finite is urgent, whichever field it is', () => {
  expect(judge({ loss: 1 }, { loss: NaN }, { parameter_norm: Infinity }, { learning_rate: -Infinity })).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

test('a loss or a gradient norm of more than four times the last one is urgent', () => {
  expect(judge({ loss: 1 }, { loss: 4 }, { loss: 16.1 }, { loss: 17 })).toEqual([false, false, true, false]);
  expect(judge({ gradient_norm: 2 }, { loss: 1 }, { gradient_norm: 9 })).toEqual([false, false, true]);
  expect(judge({ step_seconds: 1 }, { step_seconds: 60 })).toEqual([false, false]);
});

test('a jump is measured from the last finite value, and a negative one by its size', () => {
  expect(judge({ loss: 1 }, { loss: NaN }, { loss: 2 }, { loss: 9 })).toEqual([false, true, false, true]);
  expect(judge({ loss: -1 }, { loss: 3 })).toEqual([false, false]);
});

test('a step that the loss scaler skipped is no alarm', () => {
  expect(judge({ gradient_norm: Infinity, skipped: true })).toEqual([false]);
});

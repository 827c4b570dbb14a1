import { expect, test } from 'vitest';
import { RingBuffer } from './ring-buffer.ts';
import { addPart, findOpenStep } from './step-merge.ts';
import type { Item } from './measured-report.ts';
import type { WireStep } from './wire-step.ts';

function waiting(...steps: WireStep[]): RingBuffer<Item> {
  const ring = new RingBuffer<Item>(100);
  for (const step of steps) ring.push(step);
  return ring;
}

/** Whether the part found its step. */
function mergeStep(ring: RingBuffer<Item>, from: number, part: WireStep): boolean {
  const step = findOpenStep(ring, from, part);
  if (step !== undefined) addPart(step, part);
  return step !== undefined;
}

test('a part fills its step, whose time stays', () => {
  const ring = waiting({ step: 1, unix_nanos: 10, loss: 0.5 }, { step: 2, unix_nanos: 20, loss: 0.4 });
  expect(mergeStep(ring, 0, { step: 1, unix_nanos: 30, gradient_norm: 3 })).toBe(true);
  expect(ring.slice(0, 2)).toEqual([
    { step: 1, unix_nanos: 10, loss: 0.5, gradient_norm: 3 },
    { step: 2, unix_nanos: 20, loss: 0.4 },
  ]);
});

test('a field that is there already means that the step was taken again', () => {
  const ring = waiting({ step: 1, unix_nanos: 10, loss: NaN });
  expect(mergeStep(ring, 0, { step: 1, unix_nanos: 20, loss: 0.5, gradient_norm: 3 })).toBe(false);
  expect(ring.at(0)).toEqual({ step: 1, unix_nanos: 10, loss: NaN });
});

test('after a return to a checkpoint a part does not fill a step of before', () => {
  const ring = waiting(
    { step: 6, unix_nanos: 1, loss: 1 },
    { step: 7, unix_nanos: 2 },
    { step: 5, unix_nanos: 3, loss: 1 },
  );
  expect(mergeStep(ring, 0, { step: 6, unix_nanos: 4, gradient_norm: 1 })).toBe(false);
});

test('a step that was put into a batch, or is too far back, is not touched', () => {
  const ring = waiting(...Array.from({ length: 20 }, (_, step) => ({ step, unix_nanos: step })));
  expect(mergeStep(ring, 20, { step: 19, unix_nanos: 1, loss: 1 })).toBe(false);
  expect(mergeStep(ring, 19, { step: 19, unix_nanos: 1, loss: 1 })).toBe(true);
  expect(mergeStep(ring, 0, { step: 3, unix_nanos: 1, loss: 1 })).toBe(false);
});

test('another phase replaces the one before, and values by name are added', () => {
  const ring = waiting({ step: 1, unix_nanos: 10, loss: 1, phase: 'PHASE_TRAIN', extras: { a: 1 } });
  expect(mergeStep(ring, 0, { step: 1, unix_nanos: 20, phase: 'PHASE_IDLE', extras: { b: 2 } })).toBe(true);
  expect(ring.at(0)).toEqual({ step: 1, unix_nanos: 10, loss: 1, phase: 'PHASE_IDLE', extras: { a: 1, b: 2 } });
});

test('other reports lie between steps without parting them', () => {
  const ring = waiting({ step: 1, unix_nanos: 10, loss: 1 });
  ring.push({ part: 'events', wire: Buffer.alloc(9) });
  expect(mergeStep(ring, 0, { step: 1, unix_nanos: 20, gradient_norm: 2 })).toBe(true);
});

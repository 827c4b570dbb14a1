import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Outbox } from './outbox.ts';
import { maxStepBytes } from './step-report.ts';
import type { Batch } from './outbox.ts';

const roomy = 65_536;

function filled(capacity: number, steps: number): Outbox {
  const outbox = new Outbox(capacity);
  outbox.resume(0, roomy);
  for (let step = 0; step < steps; step += 1) outbox.add({ step, unix_nanos: step });
  return outbox;
}

function all(outbox: Outbox): Batch[] {
  const batches: Batch[] = [];
  for (let batch = outbox.next(); batch !== undefined; batch = outbox.next()) batches.push(batch);
  return batches;
}

const numbers = (batches: readonly Batch[]): number[] => batches.flatMap(({ steps }) => steps.map(({ step }) => step));

test('batches are cut from what waits, and numbered from 1', () => {
  const outbox = filled(100, 3);
  expect(all(outbox)).toMatchObject([{ sequence: 1, steps: [{ step: 0 }, { step: 1 }, { step: 2 }] }]);
  outbox.add({ step: 3, unix_nanos: 3 });
  expect(all(outbox)).toMatchObject([{ sequence: 2, steps: [{ step: 3 }] }]);
  expect(outbox.next()).toBeUndefined();
});

test('what is acknowledged is forgotten, the rest is sent again as it was', () => {
  const outbox = filled(100, 2);
  const [first] = all(outbox);
  outbox.add({ step: 2, unix_nanos: 2 });
  const [second] = all(outbox);
  outbox.acknowledge(1);
  outbox.resume(0, roomy);
  outbox.add({ step: 2, unix_nanos: 9, loss: 1 });
  expect(all(outbox)).toEqual([second, { sequence: 3, steps: [{ step: 2, unix_nanos: 9, loss: 1 }], reports: [] }]);
  expect(first?.steps).toHaveLength(2);
  outbox.acknowledge(3);
  expect(outbox.empty).toBe(true);
});

test('what the exporter has is not sent again, but kept until it is safe', () => {
  const outbox = filled(100, 2);
  all(outbox);
  outbox.resume(1, roomy);
  expect(outbox.next()).toBeUndefined();
  expect(outbox.empty).toBe(false);
  // The exporter died before its snapshot and knows nothing any more.
  outbox.resume(0, roomy);
  expect(numbers(all(outbox))).toEqual([0, 1]);
});

test('the oldest steps give way and are counted', () => {
  const outbox = filled(10, 4);
  const before = all(outbox);
  for (let step = 4; step < 16; step += 1) outbox.add({ step, unix_nanos: step });
  expect(outbox.dropped).toBe(6);
  outbox.resume(0, roomy);
  expect(numbers(before)).toEqual([0, 1, 2, 3]);
  expect(numbers(all(outbox))).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
});

test('a batch fits into the largest message, and is cut anew when the exporter takes less than it did', () => {
  const outbox = filled(1_000, 20);
  expect(all(outbox)).toHaveLength(1);
  outbox.resume(0, 64 + maxStepBytes * 8);
  const again = all(outbox);
  expect(again.map(({ sequence, steps }) => [sequence, steps.length])).toEqual([
    [1, 8],
    [2, 8],
    [3, 4],
  ]);
  expect(numbers(again)).toEqual(Array.from({ length: 20 }, (_, step) => step));
  outbox.resume(1, 1);
  expect(all(outbox).every(({ steps }) => steps.length === 1)).toBe(true);
});

test('an exporter that obeys the protocol gets every step once, in order, but for those that are counted as dropped', () => {
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.constant('step' as const) },
    { weight: 3, arbitrary: fc.constant('send' as const) },
    { weight: 2, arbitrary: fc.constant('acknowledge' as const) },
    { weight: 1, arbitrary: fc.record({ reconnectWith: fc.integer({ min: 1, max: 2_000 }) }) },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(action, { maxLength: 200 }), (capacity, actions) => {
      const outbox = new Outbox(capacity);
      outbox.resume(0, roomy);
      const received: number[] = [];
      let has = 0;
      let logged = 0;
      const deliver = (batch: Batch | undefined): void => {
        if (batch === undefined || batch.sequence <= has) return;
        has = batch.sequence;
        received.push(...batch.steps.map(({ step }) => step));
      };
      for (const act of actions) {
        if (act === 'step') {
          outbox.add({ step: logged, unix_nanos: 0 });
          logged += 1;
        } else if (act === 'send') deliver(outbox.next());
        else if (act === 'acknowledge') outbox.acknowledge(has);
        else outbox.resume(has, act.reconnectWith);
      }
      outbox.resume(has, roomy);
      for (const batch of all(outbox)) deliver(batch);
      expect(received).toEqual([...new Set(received)].sort((a, b) => a - b));
      const missing = logged - received.length;
      expect(missing).toBeLessThanOrEqual(outbox.dropped);
      outbox.acknowledge(has);
      expect(outbox.empty).toBe(true);
    }),
    { numRuns: 500 },
  );
});

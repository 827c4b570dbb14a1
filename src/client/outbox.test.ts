import fc from 'fast-check';
import { expect, test } from 'vitest';
import { measure } from './measured-report.ts';
import { Outbox } from './outbox.ts';

import { maxStepBytes } from './wire-step.ts';
import type { Batch } from './outbox.ts';
import { layers } from './wire-reports.ts';

const roomy = 65_536;

function filled(capacity: number, steps: number): Outbox {
  const outbox = new Outbox(capacity, () => undefined);
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
});

test('of an exporter that takes less than one report the others are cut anew, and this one is dropped', () => {
  const told: number[] = [];
  const outbox = new Outbox(10, ({ bytes, limit }) => told.push(bytes, limit));
  const large = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`layer ${at}`, { weightNorm: 1 }]));
  const report = measure(layers(2, large, 7, () => undefined));
  outbox.add({ step: 1, unix_nanos: 1 });
  outbox.add(report);
  outbox.add({ step: 3, unix_nanos: 3 });
  expect(all(outbox)).toHaveLength(1);
  outbox.resume(0, 1_000);
  expect(all(outbox).map(({ sequence, steps, reports }) => [sequence, steps.length, reports.length])).toEqual([
    [1, 1, 0],
    [2, 1, 0],
  ]);
  expect([told, outbox.dropped]).toEqual([[report.wire.length, 936], 1]);
  outbox.acknowledge(2);
  outbox.add(report);
  expect(outbox.next()).toBeUndefined();
  expect(outbox.empty).toBe(true);
});

test('of reports that take more than 32 MiB the oldest give way, so that the thread keeps its memory', () => {
  const outbox = new Outbox(36_000, () => undefined);
  const wire = Buffer.alloc(262_144);
  for (let at = 0; at < 200; at += 1) outbox.add({ part: 'layer_reports', wire });
  expect(outbox.dropped).toBe(200 - 128);
  outbox.add({ step: 1, unix_nanos: 1 });
  expect(outbox.dropped).toBe(200 - 127);
});

test('an exporter that obeys the protocol gets every step once, in order, but for those that are counted as dropped', () => {
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.constant('step' as const) },
    { weight: 3, arbitrary: fc.constant('send' as const) },
    { weight: 2, arbitrary: fc.constant('acknowledge' as const) },
    { weight: 1, arbitrary: fc.record({ reconnectWith: fc.integer({ min: 500, max: 2_000 }) }) },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(action, { maxLength: 200 }), (capacity, actions) => {
      const outbox = new Outbox(capacity, () => undefined);
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

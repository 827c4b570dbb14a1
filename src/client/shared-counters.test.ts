import { expect, test } from 'vitest';
import { SharedCounters } from './shared-counters.ts';

test('what lies between training and the thread is bounded, and what is refused is counted on both sides', () => {
  const training = new SharedCounters();
  const thread = new SharedCounters(training.memory);
  let entered = 0;
  while (training.enter()) entered += 1;
  expect(entered).toBe(8_192);
  expect(training.enter()).toBe(false);
  expect([training.dropped, thread.dropped]).toEqual([2, 2]);
  thread.leave(entered);
  expect(training.enter()).toBe(true);
});

test('waiting ends when the thread has finished, and in any case in time', () => {
  const training = new SharedCounters();
  const began = performance.now();
  const thread = new SharedCounters(training.memory);
  training.waitUntilFinished(20, 60_000);
  thread.takeGoodbye();
  training.waitUntilFinished(60_000, 20);
  expect(performance.now() - began).toBeGreaterThanOrEqual(38);
  thread.finish();
  training.waitUntilFinished(60_000, 60_000);
});

import { expect, test } from 'vitest';
import { Backoff, longestDelayMs } from './backoff.ts';

test('delays double up to the longest, with half of each left to chance', () => {
  const low = new Backoff(() => 0);
  const high = new Backoff(() => 1);
  expect([1, 2, 3].map(() => low.next())).toEqual([125, 250, 500]);
  expect([1, 2, 3].map(() => high.next())).toEqual([250, 500, 1_000]);
  for (let attempt = 0; attempt < 2_000; attempt += 1) high.next();
  expect(high.next()).toBe(longestDelayMs);
});

test('a reset begins anew', () => {
  const backoff = new Backoff(() => 1);
  backoff.next();
  backoff.next();
  backoff.reset();
  expect(backoff.next()).toBe(250);
});

import { expect, it } from 'vitest';
import { steps } from '../../../test/support/detection.ts';
import { NormDrift } from './norm-drift.ts';

it('measures the nearest of three norms from the middle of the run, once there are enough', () => {
  const drift = new NormDrift();
  expect(steps(4, () => drift.take(1, 4))).toEqual([null, null, null, null]);
  expect([5, 6, 7, 2].map((norm) => drift.take(norm, 4))).toEqual([0, 0, 4, 1]);
});

it('is left behind by a norm that grows on and on', () => {
  const drift = new NormDrift();
  for (const norm of steps(5000, () => 0)) drift.take(norm, 64);
  const grown = steps(4000, (at) => drift.take(0.01 * at, 64));
  expect(grown.at(-1)).toBeCloseTo(0.01 * 3997);
});

it('follows a level that makes up more than half of the run', () => {
  const drift = new NormDrift();
  for (const norm of steps(1000, () => 0)) drift.take(norm, 64);
  const level = steps(1200, () => drift.take(9, 64));
  expect(level[500]).toBe(9);
  expect(level.at(-1)).toBe(0);
});

it('compares no norm with one before an interruption', () => {
  const drift = new NormDrift();
  for (const norm of steps(10, () => 0)) drift.take(norm, 4);
  drift.take(9, 4);
  drift.interrupt();
  expect([9, 9, 9].map((norm) => drift.take(norm, 4))).toEqual([null, null, 9]);
});

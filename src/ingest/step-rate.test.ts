import { expect, it } from 'vitest';
import { StepRate } from './step-rate.ts';

it('takes a burst of 20 s, then makes who sends more wait for as long as it was too fast', () => {
  const rate = new StepRate(100);
  expect(rate.take(1_999, 0)).toBe(0);
  expect(rate.take(99, 0)).toBe(1);
  expect(rate.take(49, 1)).toBe(0.5);
  // An hour of rest is worth no more than the burst.
  expect(rate.take(1_999, 3_600)).toBe(0);
  expect(rate.take(0, 3_600)).toBe(0.01);
});

it('counts messages without steps', () => {
  const rate = new StepRate(10);
  const waits = Array.from({ length: 201 }, () => rate.take(0, 5));
  expect(waits.slice(-2)).toEqual([0, 0.1]);
});

it('takes a clock that goes back for one that stands still', () => {
  const rate = new StepRate(10);
  expect(rate.take(204, 1_000)).toBe(0.5);
  expect(rate.take(0, 10)).toBe(0.6);
  expect(rate.take(0, 11)).toBe(0);
});

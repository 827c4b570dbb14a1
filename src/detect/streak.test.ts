import { describe, expect, it } from 'vitest';
import { Streak } from './streak.ts';

describe('Streak', () => {
  it('makes an episode of enough points in a row, which began with the first of them', () => {
    const streak = new Streak();
    expect([1, 2, 3, 4].map((step) => streak.disturbed(step, 3))).toEqual([null, null, 1, 1]);
    expect(streak.calm(5, 2)).toEqual({ status: 'quiet' });
    expect(streak.calm(6, 2)).toEqual({ status: 'recovered', step: 6 });
  });

  it('begins anew after a point in order and after a restart', () => {
    const streak = new Streak();
    streak.disturbed(1, 3);
    streak.disturbed(2, 3);
    expect(streak.calm(3, 1)).toEqual({ status: 'quiet' });
    expect([4, 5].map((step) => streak.disturbed(step, 3))).toEqual([null, null]);
    streak.restart();
    expect([6, 7, 8].map((step) => streak.disturbed(step, 3))).toEqual([null, null, 6]);
  });
});

import { expect, it } from 'vitest';
import { OverfittingClimb } from './overfitting-climb.ts';

/** The step of the foot at each evaluation, null where nothing is climbed. */
function feet(climb: OverfittingClimb, ...losses: readonly number[]) {
  return losses.map((validation, step) => climb.take({ step, validation, training: 1 }, 3)?.step ?? null);
}

it('gives the foot once so many rises without a break lie behind', () => {
  expect(feet(new OverfittingClimb(), 3, 2, 3, 4, 5, 6, 5)).toEqual([null, null, null, null, 1, 1, null]);
  expect(feet(new OverfittingClimb(), 1, 2, 3, 3, 4, 5)).toEqual([null, null, null, null, null, null]);
});

it('counts no climb that begins above the lowest, except that of a path that was left', () => {
  const climb = new OverfittingClimb();
  expect(feet(climb, 1, 3, 2, 3, 4, 5)).toEqual([null, null, null, null, null, null]);
  climb.clear();
  expect(feet(climb, 2, 3, 4, 5)).toEqual([null, null, null, 0]);
});

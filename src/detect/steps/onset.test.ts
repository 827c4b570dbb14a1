import { expect, it } from 'vitest';
import { Onset } from './onset.ts';

it('finds where most values begin to be above a limit', () => {
  const onset = new Onset();
  const above = [0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1];
  for (const [step, value] of above.entries()) onset.take(value === 1, step);
  expect(onset.before(99)).toBe(7);
  onset.clear();
  expect(onset.before(99)).toBe(99);
});

import { expect, it } from 'vitest';
import { observation } from '../../../test/support/detection.ts';
import { NewBeginning } from './new-beginning.ts';

const at = (step: number, wentBack = false) => observation(step, {}, { wentBack });

it.each([
  ['the first step', 0, 0, true],
  ['less than half of the way', 0, 499, true],
  ['half of the way, the farthest that the last of some checkpoints can lie back', 0, 500, false],
  ['less than half of the way since its first step, of a run that was resumed', 10_000, 10_300, true],
  ['more than half of that way', 10_000, 10_600, false],
  ['before its first step', 10_000, 2_000, true],
])('tells whether a run that goes back to %s begins again', (_, first, to, begins) => {
  const beginning = new NewBeginning();
  expect(beginning.observe(at(first))).toBe(false);
  expect(beginning.observe(at(first + 1000))).toBe(false);
  expect(beginning.observe(at(to, true))).toBe(begins);
  expect(beginning.observe(at(to + 1))).toBe(false);
});

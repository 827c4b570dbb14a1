import { expect, it } from 'vitest';
import { observation } from '../../../test/support/detection.ts';
import { NewBeginning } from './new-beginning.ts';

const at = (step: number, wentBack = false) => observation(step, {}, { wentBack });

it.each([
  ['the first step', 0, 0, true],
  ['less than a sixteenth of the way', 0, 60, true],
  ['a sixteenth of the way', 0, 63, false],
  ['less than a sixteenth of the way since its first step, of a run that was resumed', 10_000, 10_030, true],
  ['more than that of it', 10_000, 10_100, false],
  ['before its first step', 10_000, 2_000, true],
])('tells whether a run that goes back to %s begins again', (_, first, to, begins) => {
  const beginning = new NewBeginning();
  expect(beginning.observe(at(first))).toBe(false);
  expect(beginning.observe(at(first + 1000))).toBe(false);
  expect(beginning.observe(at(to, true))).toBe(begins);
  expect(beginning.observe(at(to + 1))).toBe(false);
});

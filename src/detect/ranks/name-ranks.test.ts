import { expect, it } from 'vitest';
import { nameRanks } from './name-ranks.ts';

it.each([
  [[3], 'Rank 3'],
  [[5, 0], 'Ranks 0 and 5'],
  [[2, 1, 0], 'Ranks 0 to 2'],
  [[0, 2, 5], 'Ranks 0, 2 and 5'],
  [[9, 8, 0, 2, 5], '5 ranks (0, 2, 5, …)'],
])('%j is %s', (ranks, text) => {
  expect(nameRanks(ranks)).toBe(text);
});

import { expect, it } from 'vitest';
import { squaredStudentLimit } from './student-limit.ts';

it.each([
  // Tables of Student's distribution, two sides at 1 %: 4.604, 3.250, 2.626 squared.
  [4, 21.2],
  [9, 10.56],
  [99, 6.898],
])('is near that of the tables, with %i degrees of freedom', (freedom, limit) => {
  expect(squaredStudentLimit(2.5758, freedom) / limit).toBeCloseTo(1, 1);
});

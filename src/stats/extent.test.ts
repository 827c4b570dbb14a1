import { expect, it } from 'vitest';
import { Extent } from './extent.ts';

it('gives least, mean and greatest of a window, then begins anew', () => {
  const extent = new Extent();
  expect(extent.close()).toBeNull();
  for (const value of [3, -1, 4]) extent.add(value, true);
  extent.add(100, false);
  expect(extent.close()).toEqual({ min: -1, mean: 2, max: 100, count: 4 });
  extent.add(7, false);
  expect(extent.close()).toEqual({ min: 7, mean: null, max: 7, count: 1 });
  expect(extent.close()).toBeNull();
});

import { expect, it } from 'vitest';
import { fisherExact } from './fisher-exact.ts';

it('gives the known chance of the lady who tastes tea', () => {
  expect(fisherExact({ marked: 3, size: 4, otherMarked: 1, otherSize: 4 })).toBeCloseTo(17 / 70);
  expect(fisherExact({ marked: 4, size: 4, otherMarked: 0, otherSize: 4 })).toBeCloseTo(1 / 70);
  expect(fisherExact({ marked: 0, size: 4, otherMarked: 4, otherSize: 4 })).toBe(1);
});

it('is certain where all or none have the mark, and holds for large groups', () => {
  expect(fisherExact({ marked: 15, size: 15, otherMarked: 128, otherSize: 128 })).toBe(1);
  expect(fisherExact({ marked: 0, size: 15, otherMarked: 0, otherSize: 128 })).toBe(1);
  expect(fisherExact({ marked: 1024, size: 1024, otherMarked: 0, otherSize: 4096 })).toBeLessThan(1e-300);
});

import { describe, expect, it } from 'vitest';
import { NearestPattern } from './nearest-pattern.ts';

/** The same by definition, over all of the past that may be compared. */
function slow(values: readonly number[], length: number, capacity: number): number | null {
  const last = values.length - 1;
  const oldest = Math.max(0, values.length - capacity);
  let nearest = Infinity;
  for (let end = oldest + length - 1; end <= last - length; end += 1) {
    let sum = 0;
    for (let back = 0; back < length; back += 1) {
      sum += Math.abs((values[last - back] ?? NaN) - (values[end - back] ?? NaN));
    }
    nearest = Math.min(nearest, sum / length);
  }
  return nearest === Infinity ? null : nearest;
}

describe('NearestPattern', () => {
  it.each([
    [1, 8],
    [3, 6],
    [3, 50],
    [5, 20],
  ])('gives the least distance of %i values among %i, however many came before', (length, capacity) => {
    const patterns = new NearestPattern({ length, capacity });
    const taken: number[] = [];
    for (let at = 0; at < 300; at += 1) {
      const value = Math.sin(at * 12.9898) * 100 + (at % 7);
      taken.push(value);
      const expected = slow(taken, length, capacity);
      const distance = patterns.take(value);
      if (expected === null) expect(distance).toBeNull();
      else expect(distance).toBeCloseTo(expected, 9);
    }
  });

  it('does not compare a pattern with itself, shifted by less than its length', () => {
    const patterns = new NearestPattern({ length: 3, capacity: 100 });
    expect([1, 2, 3, 4, 5].map((value) => patterns.take(value))).toEqual([null, null, null, null, null]);
    expect(patterns.take(6)).toBe(3);
  });
});

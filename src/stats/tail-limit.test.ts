import { expect, it } from 'vitest';
import { normals } from '../../test/support/detection.ts';
import { tailLimit, upperTail } from './tail-limit.ts';

it('gives the quantile of an exponential distribution', () => {
  const random = normals(5);
  const values = Float64Array.from({ length: 4096 }, () => (random() ** 2 + random() ** 2) / 2).sort();
  // Of mean 1: exceeded with the chance e^−x.
  expect(tailLimit(values, 1e-6) / Math.log(1e6)).toBeCloseTo(1, 0);
  expect(tailLimit(values, 0.01)).toBeCloseTo(Math.log(100), 0);
});

it('follows the largest values, by hand', () => {
  // Of nine values three are the largest: they exceed the next one, 6, by 2 in the mean.
  const values = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  expect(tailLimit(values, 1 / 3)).toBeCloseTo(6);
  expect(tailLimit(values, 1 / 3 / Math.E)).toBeCloseTo(8);
  expect(tailLimit(Float64Array.of(1), 0.1)).toBeNaN();
  expect(tailLimit(Float64Array.of(), 0.1)).toBeNaN();
});

it('tells the index of a Pareto tail by logarithms', () => {
  const random = normals(6);
  const logarithms = Float64Array.from({ length: 4096 }, () => (random() ** 2 + random() ** 2) / 4).sort();
  expect(upperTail(logarithms)).toEqual({
    threshold: expect.closeTo(Math.log(64) / 2, 0) as number,
    share: 1 / 64,
    excess: expect.closeTo(1 / 2, 0) as number,
  });
  expect(upperTail(Float64Array.of(1))).toBeNull();
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normals, steps } from '../../test/support/detection.ts';
import { bend, mannKendall, theilSen } from './trend.ts';

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 40 });

describe('mannKendall', () => {
  it('gives the z of the literature for a straight rise', () => {
    // S = 45, variance = 10 * 9 * 25 / 18 = 125, continuity corrected.
    expect(mannKendall(Float64Array.from({ length: 10 }, (_, at) => at))).toBeCloseTo(44 / Math.sqrt(125), 12);
  });

  it('changes its sign with the order', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const forth = mannKendall(Float64Array.from(values));
        expect(mannKendall(Float64Array.from(values.toReversed()))).toBeCloseTo(-forth, 6);
      }),
    );
  });

  it('is seldom far from zero for independent values, and knows that a random walk only looks like a trend', () => {
    const random = normals(2);
    const far = (make: () => number[]) =>
      steps(400, make).filter((values) => Math.abs(mannKendall(Float64Array.from(values))) > 3).length;
    expect(far(() => steps(32, random))).toBeLessThanOrEqual(4);
    const walks = far(() => {
      let at = 0;
      return steps(32, () => (at += random()));
    });
    // Uncorrected, half of the walks are beyond 3.
    expect(walks).toBeLessThan(80);
  });

  it('takes a slight bend for a straight line within the tolerance', () => {
    const bent = Float64Array.from({ length: 32 }, (_, at) => at + 0.004 * at * at);
    expect(mannKendall(bent, 1)).toBeGreaterThan(1.5 * mannKendall(bent));
  });
});

describe('theilSen', () => {
  it('gives the slope of a line in spite of outliers', () => {
    const line = Float64Array.from({ length: 30 }, (_, at) => 3 + 0.5 * at);
    line[4] = 1e9;
    line[20] = -1e9;
    expect(theilSen(line)).toBeCloseTo(0.5, 12);
    expect(theilSen(Float64Array.of(1))).toBeNaN();
  });
});

describe('bend', () => {
  it('gives the slopes of a parabola, and no bend of a line', () => {
    // x² + 10x: its slope is 10 at the first value, 48 at the last.
    const { z, slopes } = bend(Float64Array.from({ length: 20 }, (_, at) => at * at + 10 * at));
    expect(slopes).toBeCloseTo(4.8, 9);
    expect(z).toBeGreaterThan(1000);
    expect(bend(Float64Array.of(1, 2, 3, 4, 5))).toEqual({ z: 0, slopes: 1 });
    expect(bend(Float64Array.of(1, 5))).toEqual({ z: 0, slopes: 1 });
  });

  it('is surely downwards for what levels off, seldom for a line under noise', () => {
    const noise = normals(4);
    const zOf = (of: (at: number) => number) =>
      bend(Float64Array.from({ length: 32 }, (_, at) => of(at) + 0.1 * noise())).z;
    expect(zOf((at) => 5 * (1 - Math.exp(-at / 20)))).toBeLessThan(-5);
    expect(steps(300, () => zOf((at) => 0.2 * at)).filter((z) => z < -3).length).toBeLessThan(10);
  });
});

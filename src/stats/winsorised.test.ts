import { describe, expect, it } from 'vitest';
import { winsorised } from './winsorised.ts';

describe('winsorised', () => {
  it('replaces the outermost twentieth by its neighbours', () => {
    // Of 20 values one goes at each end: 1 becomes 2, 1000 becomes 19.
    const values = Float64Array.from([...Array(19).keys()].map((n) => n + 1).concat(1000));
    const moments = winsorised(values)!;
    const kept = [2, ...[...Array(18).keys()].map((n) => n + 2), 19];
    const mean = kept.reduce((a, b) => a + b) / 20;
    const variance = kept.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 19;
    expect(moments.mean).toBeCloseTo(mean, 12);
    expect(moments.sigma).toBeCloseTo(Math.sqrt(variance / 0.8312683), 12);
  });

  it('gives mean and sigma of a normal distribution', () => {
    // Box–Muller over a regular grid of both uniform variables.
    const values: number[] = [];
    for (let i = 0; i < 100; i += 1) {
      for (let j = 0; j < 100; j += 1) {
        const radius = Math.sqrt(-2 * Math.log((i + 0.5) / 100));
        values.push(3 + 2 * radius * Math.cos((2 * Math.PI * (j + 0.5)) / 100));
      }
    }
    const moments = winsorised(Float64Array.from(values).sort())!;
    expect(moments.mean).toBeCloseTo(3, 6);
    expect(moments.sigma / 2).toBeGreaterThan(0.99);
    expect(moments.sigma / 2).toBeLessThan(1.01);
  });

  it('needs two values', () => {
    expect(winsorised(Float64Array.of(1))).toBeNull();
    expect(winsorised(Float64Array.of(1, 1))).toEqual({ mean: 1, sigma: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { normals } from '../../test/support/detection.ts';
import { lastingNoise } from './lasting-noise.ts';

/** Values of deviation 1 of which each resembles the one before, beside a trend. */
function values(size: number, correlation: number, trend: (at: number) => number, seed = 3): Float64Array {
  const random = normals(seed);
  let noise = random();
  return Float64Array.from({ length: size }, (_, at) => {
    const value = trend(at) + noise;
    noise = correlation * noise + Math.sqrt(1 - correlation ** 2) * random();
    return value;
  });
}

function mean(of: (seed: number) => number): number {
  let sum = 0;
  for (let seed = 1; seed <= 40; seed += 1) sum += of(seed);
  return sum / 40;
}

describe('lasting noise', () => {
  it.each([
    [0, 0.95, 1.3],
    [0.5, 0.9, 1.3],
    [0.8, 0.85, 1.3],
    [0.9, 0.8, 1.25],
  ])('tells the deviation of noise that is correlated by %d', (correlation, least, most) => {
    const noise = mean((seed) => lastingNoise(values(128, correlation, () => 0, seed)));
    expect(noise).toBeGreaterThan(least);
    expect(noise).toBeLessThan(most);
  });

  it.each<readonly [string, (at: number) => number]>([
    ['that falls by a power', (at) => 50 * (1 + at / 3) ** -0.5],
    ['that falls exponentially', (at) => 50 * Math.exp(-at / 15)],
    ['that turns', (at) => Math.abs(at - 20)],
    ['that falls ever more slowly and turns', (at) => 50 * Math.exp(-Math.min(at, 25) / 6) + Math.max(0, at - 25)],
  ])('sees no noise in a trend %s, and only noise beside it', (_, trend) => {
    expect(lastingNoise(Float64Array.from({ length: 40 }, (_each, at) => trend(at)))).toBeLessThan(1e-9);
    const noise = mean((seed) => lastingNoise(values(40, 0, trend, seed)));
    expect(noise).toBeGreaterThan(0.7);
    expect(noise).toBeLessThan(1.5);
  });

  it('says nothing of fewer than ten values', () => {
    expect(lastingNoise(values(9, 0, () => 0))).toBe(0);
    expect(lastingNoise(values(10, 0, () => 0))).toBeGreaterThan(0);
  });
});

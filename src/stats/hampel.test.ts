import { describe, expect, it } from 'vitest';
import { HampelFilter } from './hampel.ts';

/** Noise without a trend, the same in every run. */
const noise = (at: number): number => 10 + Math.sin(at * 12.9898);

describe('HampelFilter', () => {
  it('finds the one value that stands out', () => {
    const filter = new HampelFilter();
    const found: number[] = [];
    for (let at = 0; at < 200; at += 1) if (filter.isOutlier(at === 120 ? 40 : noise(at))) found.push(at);
    expect(found).toEqual([120]);
  });

  it('takes a change that lasts for the new usual within half a window', () => {
    const filter = new HampelFilter();
    let last = -1;
    for (let at = 0; at < 200; at += 1) if (filter.isOutlier(noise(at) + (at < 100 ? 0 : 30))) last = at;
    expect(last).toBeGreaterThanOrEqual(100);
    expect(last).toBeLessThanOrEqual(111);
  });

  it('says nothing before it has seen enough, nor of values that were all the same', () => {
    const early = new HampelFilter();
    for (let at = 0; at < 10; at += 1) early.isOutlier(noise(at));
    expect(early.isOutlier(1e9)).toBe(false);
    const flat = new HampelFilter();
    for (let at = 0; at < 50; at += 1) flat.isOutlier(1);
    expect(flat.isOutlier(2)).toBe(false);
  });
});

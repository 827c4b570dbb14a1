import { describe, expect, it } from 'vitest';
import { RateLevels } from './rate-levels.ts';

describe('levels by learning rate', () => {
  it('tells the level of the last time at a rate to which it rose, for a while', () => {
    const levels = new RateLevels(2);
    for (const [rate, level] of [
      [0.1, 1.2],
      [0.1, 1],
      [0.01, 0.4],
      [0.0001, 0.2],
    ] as const) {
      expect(levels.take(rate)).toBe(false);
      levels.reached(level);
    }
    expect(levels.floor).toBe(-Infinity);
    expect(levels.take(0.1)).toBe(true);
    expect(levels.floor).toBe(1);
    levels.reached(0.8);
    expect(levels.floor).toBe(1);
    levels.reached(0.8);
    expect(levels.floor).toBe(-Infinity);
  });

  it('knows nothing of a rate that the run never had, and takes a lower one for less', () => {
    const levels = new RateLevels(9);
    levels.take(0.001);
    levels.reached(1);
    expect(levels.take(0.1)).toBe(false);
    levels.reached(3);
    levels.take(0.001);
    levels.reached(1);
    // The last time at this rate or at a higher one.
    expect(levels.take(0.01)).toBe(true);
    expect(levels.floor).toBe(3);
    expect(levels.take(0)).toBe(false);
  });
});

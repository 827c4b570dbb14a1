import { describe, expect, it } from 'vitest';
import { normals } from '../../../test/support/detection.ts';
import { LossWander } from './loss-wander.ts';

/** Deviation of the level of a window, in units of that of a block of a quarter of it, of losses of which each keeps so much of the last. */
function ofLevel(memory: number, losses: number): number {
  const noise = normals(1);
  const wander = new LossWander(64);
  let loss = 0;
  for (let at = 0; at < losses; at += 1) wander.push((loss = memory * loss + noise()));
  return wander.levelDeviation(0) / wander.deviation(0);
}

describe('LossWander', () => {
  it('halves for a window how far a quarter of it strays by chance, not how far it wanders', () => {
    expect(ofLevel(0, 4000)).toBeCloseTo(0.5, 1);
    expect(ofLevel(0.998, 4000)).toBeGreaterThan(0.8);
  });

  it('takes a window for a quarter of it while there are few', () => {
    expect(ofLevel(0, 300)).toBe(1);
  });
});

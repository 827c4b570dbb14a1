import { describe, expect, it } from 'vitest';
import { normals, steps } from '../../../test/support/detection.ts';
import { Novelty } from './scalar-novelty.ts';

/** The novelty of each value. */
function judge(values: readonly number[], floor = 0): number[] {
  const novelty = new Novelty(2048);
  return values.map((value) => novelty.take(value, () => floor));
}

const period = (at: number) => 10 + 5 * Math.sin((2 * Math.PI * at) / 144);

describe('Novelty', () => {
  it('sees a lull in a period, of which no value is unusual by itself', () => {
    const noise = normals(1);
    const values = steps(2000, (at) => (at >= 1500 && at < 1560 ? 10 : period(at)) + 0.1 * noise());
    const scores = judge(values);
    expect(Math.max(...scores.slice(600, 1500))).toBeLessThan(1.4);
    expect(Math.max(...scores.slice(1500, 1560))).toBeGreaterThan(1.4);
  });

  it('sees a value between the usual ones', () => {
    const noise = normals(2);
    const values = steps(1000, (at) => (at === 800 ? 5 : at % 2 === 0 ? 0 : 10) + 0.1 * noise());
    expect(judge(values)[800]).toBeGreaterThan(3);
  });

  it('takes a burst for nothing new where bursts came before', () => {
    const noise = normals(3);
    const values = steps(1500, (at) => (at % 100 < 3 ? 50 : 0) + noise());
    expect(Math.max(...judge(values).slice(700))).toBeLessThan(1.4);
  });

  it('measures no distance below the floor, and is 0 on what stands still', () => {
    const values = steps(500, (at) => (at === 400 ? 1 : 0));
    expect(judge(values, 10)[400]).toBeLessThan(0.1);
    expect(judge(steps(500, () => 7))).toEqual(steps(500, () => 0));
  });

  it('does not let one anomaly hide the next', () => {
    const noise = normals(4);
    const values = steps(1500, (at) => (at === 880 ? 100 : at === 1080 ? 20 : 0) + noise());
    const scores = judge(values);
    expect(scores[880]).toBeGreaterThan(10);
    expect(scores[1080]).toBeGreaterThan(3);
  });
});

import { describe, expect, it } from 'vitest';
import { PeaksOverThreshold } from './peaks-over-threshold.ts';

/** Scores of a distribution by its quantile function, in an order that has no trend. */
function fed(quantile: (p: number) => number, risk: number, count = 5000): PeaksOverThreshold {
  const peaks = new PeaksOverThreshold(risk, 400);
  for (let at = 0; at < count; at += 1) peaks.push(quantile(((at * 0.6180339887498949) % 1) * 0.9998 + 1e-4));
  return peaks;
}

describe('the limit of peaks over threshold', () => {
  it('is unknown until enough scores were seen', () => {
    const peaks = new PeaksOverThreshold(1e-4, 400);
    for (let at = 0; at < 399; at += 1) peaks.push(at % 17);
    expect(peaks.limit).toBeNull();
    peaks.push(3);
    expect(peaks.limit).not.toBeNull();
  });

  it('is near the quantile of an exponential distribution that the risk names', () => {
    const limit = fed((p) => -Math.log(1 - p), 1e-4).limit!;
    expect(limit).toBeGreaterThan(7.5);
    expect(limit).toBeLessThan(12);
  });

  it('is close above the end of a distribution that has one', () => {
    const limit = fed((p) => p, 1e-5).limit!;
    expect(limit).toBeGreaterThan(0.999);
    expect(limit).toBeLessThan(1.05);
  });

  it('is far out for a heavy tail', () => {
    const heavy = fed((p) => Math.pow(1 - p, -0.4), 1e-4).limit!;
    expect(heavy).toBeGreaterThan(25);
    expect(Number.isFinite(heavy)).toBe(true);
  });

  it('is that of constant scores themselves where they never vary, and takes no NaN', () => {
    const peaks = new PeaksOverThreshold(1e-4, 100);
    for (let at = 0; at < 300; at += 1) peaks.push(at % 3 === 0 ? NaN : 2);
    expect(peaks.limit).toBe(2);
  });
});

import { describe, expect, it } from 'vitest';
import { ReportStride } from './report-stride.ts';

function after(...steps: number[]): ReportStride {
  const stride = new ReportStride();
  for (const step of steps) stride.take(step);
  return stride;
}

describe('the stride of reports', () => {
  it('is the steps between reports, and begins anew after a return', () => {
    expect(after(7).steps).toBe(1);
    expect(after(0, 10, 20, 40).steps).toBeCloseTo(13.3, 1);
    expect(after(0, 100, 200, 50, 60).steps).toBe(10);
  });

  it('tells a resumed run from one that reports seldom', () => {
    expect(after(500, 1000, 1500).isResumed(200)).toBe(false);
    expect(after(500, 501).isResumed(200)).toBe(true);
    expect(after(10, 11).isResumed(200)).toBe(false);
  });
});

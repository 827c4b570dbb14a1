import { describe, expect, it } from 'vitest';
import {
  expectedStabilityIndex,
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  populationStabilityIndex,
} from './distribution-distance.ts';

describe('the distance of two distributions', () => {
  it('is 0 for the same shares, whatever the counts', () => {
    expect(populationStabilityIndex([10, 20, 70], [100, 200, 700])).toBeCloseTo(0, 12);
    expect(kolmogorovSmirnov([10, 20, 70], [100, 200, 700])).toBeCloseTo(0, 12);
  });

  it('is what the formulas give for a shift', () => {
    // (0.5 - 0.25) ln 2 + (0.5 - 0.75) ln(2/3)
    expect(populationStabilityIndex([50, 50], [25, 75])).toBeCloseTo(0.25 * Math.log(2) - 0.25 * Math.log(2 / 3), 12);
    expect(kolmogorovSmirnov([50, 50], [25, 75])).toBeCloseTo(0.25, 12);
  });

  it('stays finite where a bin is empty, and is unknown where all are', () => {
    expect(populationStabilityIndex([100, 0], [0, 100])).toBeCloseTo(2 * (1 - 1e-4) * Math.log(1e4), 6);
    expect(populationStabilityIndex([0, 0], [1, 2])).toBeNaN();
    expect(kolmogorovSmirnov([1, 2], [0, 0])).toBeNaN();
  });

  it('tells what chance alone makes of it', () => {
    expect(expectedStabilityIndex([50, 50, 0], [500, 500, 0])).toBeCloseTo(1 / 100 + 1 / 1000, 12);
    // The well-known 1.63 at one per cent, for two samples of the same size.
    expect(kolmogorovSmirnovLimit(1000, 1000, 0.01)).toBeCloseTo(1.6276 * Math.sqrt(2 / 1000), 4);
  });
});

import { describe, expect, it } from 'vitest';
import { vusPr } from './vus-pr.ts';

const row = (size: number, of: (at: number) => number) => Float64Array.from({ length: size }, (_, at) => of(at));

describe('vusPr', () => {
  it('is 1 without a buffer for scores that part anomalies from the rest', () => {
    expect(
      vusPr(
        row(100, (at) => (at >= 40 && at <= 49 ? 1 : 0)),
        [[40, 49]],
        0,
      ),
    ).toBe(1);
  });

  it('is the share of anomalous rows where all scores are equal', () => {
    expect(vusPr(new Float64Array(100), [[40, 49]], 0)).toBeCloseTo(0.1, 12);
  });

  it('is the area under the curve by hand', () => {
    // By falling score: a hit, a miss, a hit. Recall 1/2 at precision 1, then 1 at 2/3.
    expect(
      vusPr(
        Float64Array.of(0.9, 0.8, 0.7, 0.1),
        [
          [0, 0],
          [2, 2],
        ],
        0,
      ),
    ).toBeCloseTo((1 / 2) * (1 / 2) + 0 + (2 / 3) * (3 / 4), 12);
  });

  it('forgives an alarm beside its label, the less the farther', () => {
    const near = vusPr(
      row(200, (at) => (at === 95 ? 1 : 0)),
      [[100, 109]],
      40,
    );
    const far = vusPr(
      row(200, (at) => (at === 60 ? 1 : 0)),
      [[100, 109]],
      40,
    );
    expect(near).toBeGreaterThan(far + 0.02);
  });

  it('gives an anomaly of many rows no more weight of existence than a short one', () => {
    // Half of all positives, but one anomaly of two.
    const scores = row(100, (at) => (at >= 10 && at <= 19 ? 1 : 0));
    const one = vusPr(scores, [[10, 29]], 0);
    const two = vusPr(
      scores,
      [
        [10, 19],
        [50, 59],
      ],
      0,
    );
    expect(one).toBeGreaterThan(two);
  });

  it('has no answer without an anomaly', () => {
    expect(vusPr(new Float64Array(5), [], 3)).toBeNaN();
  });
});

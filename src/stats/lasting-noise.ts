import { median } from './median.ts';
import { madToSigma } from './sliding-window.ts';

const lags = [1, 2, 4, 8, 16] as const;

/**
 * Standard deviation of the noise of values in order whose trend is straight but for one bend, also where values resemble those before
 * them. Second differences x(i) − 2x(i − h) + x(i − 2h) know no straight trend, and those of independent values have √6 times their
 * deviation at every lag h. Where values resemble their neighbours, differences grow with the lag until it is longer than the memory of
 * the noise, so the largest counts. (Second differences by lag: Allan, "Statistics of Atomic Frequency Standards", Proceedings of the
 * IEEE 54, 1966; the median of their absolute values stands for the root of the mean square.) A lag is looked at from eight differences
 * and from twice as many as it is long; 0 where there is none.
 * @param bend the place where the trend may bend; differences that reach across it are left out
 */
export function lastingNoise(values: Float64Array, bend: number): number {
  let largest = 0;
  for (const lag of lags) {
    const differences = secondDifferences(values, lag, bend);
    if (differences.length < Math.max(8, 2 * lag)) break;
    largest = Math.max(largest, median(differences));
  }
  return (madToSigma * largest) / Math.sqrt(6);
}

/** Their absolute values. */
function secondDifferences(values: Float64Array, lag: number, bend: number): readonly number[] {
  const differences: number[] = [];
  for (let last = 2 * lag; last < values.length; last += 1) {
    const first = last - 2 * lag;
    if (first < bend && bend < last) continue;
    differences.push(Math.abs((values[first] ?? NaN) - 2 * (values[first + lag] ?? NaN) + (values[last] ?? NaN)));
  }
  return differences;
}

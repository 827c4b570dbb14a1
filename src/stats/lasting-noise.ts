import { median } from './median.ts';
import { madToSigma } from './sliding-window.ts';

const lags = [1, 2, 4, 8, 16, 32] as const;

/**
 * Standard deviation of the noise of values in order whose trend is convex: that falls ever more slowly, or turns and rises. Values may
 * resemble those before them. Second differences x(i) − 2x(i − h) + x(i − 2h) of independent values have √6 times their deviation at
 * every lag h. A convex trend only adds to them, the more the longer the lag, while noise makes as many negative as positive. So the
 * negative ones count: where there is noise alone their median size is that of all, and a trend alone has none. Where values resemble
 * their neighbours, differences grow with the lag until it is longer than the memory of the noise, so the largest counts. (Second
 * differences by lag: Allan, "Statistics of Atomic Frequency Standards", Proceedings of the IEEE 54, 1966; the median of their absolute
 * values stands for the root of the mean square.) A lag is looked at from eight differences and from as many as it is long; 0 where
 * there is none.
 */
export function lastingNoise(values: ArrayLike<number>): number {
  let largest = 0;
  for (const lag of lags) {
    if (values.length - 2 * lag < Math.max(8, lag)) break;
    const sags = negativeDifferences(values, lag);
    if (sags.length > 0) largest = Math.max(largest, -median(sags));
  }
  return (madToSigma * largest) / Math.sqrt(6);
}

function negativeDifferences(values: ArrayLike<number>, lag: number): readonly number[] {
  const negative: number[] = [];
  for (let last = 2 * lag; last < values.length; last += 1) {
    const difference = (values[last - 2 * lag] ?? NaN) - 2 * (values[last - lag] ?? NaN) + (values[last] ?? NaN);
    if (difference < 0) negative.push(difference);
  }
  return negative;
}

/** The share of the values that is replaced at each end. */
const share = 0.05;

/**
 * Variance of a standard normal variable whose tails beyond the 5 % and 95 % quantiles (±q) are moved onto these quantiles:
 * (1 − 2·share) − 2·q·φ(q) + 2·share·q², with q = 1.6448536.
 */
const consistency = 0.8312683;

export interface Moments {
  readonly mean: number;
  readonly sigma: number;
}

/**
 * Winsorised mean and standard deviation of sorted values: the lowest and the highest 5 % count as their innermost neighbours, so
 * that a few outliers do not echo for as long as they stay in the window. Sigma is scaled to be right for a normal distribution.
 * Null for fewer than two values.
 * Wilcox, "Introduction to Robust Estimation and Hypothesis Testing", section 2.4 (winsorised variance).
 */
export function winsorised(sorted: Float64Array): Moments | null {
  const size = sorted.length;
  if (size < 2) return null;
  const cut = Math.min(Math.ceil(share * size), (size - 1) >> 1);
  const low = sorted[cut] ?? NaN;
  const high = sorted[size - 1 - cut] ?? NaN;
  let sum = cut * (low + high);
  for (let at = cut; at < size - cut; at += 1) sum += sorted[at] ?? NaN;
  const mean = sum / size;
  let squares = cut * ((low - mean) ** 2 + (high - mean) ** 2);
  for (let at = cut; at < size - cut; at += 1) squares += ((sorted[at] ?? NaN) - mean) ** 2;
  return { mean, sigma: Math.sqrt(squares / (size - 1) / consistency) };
}

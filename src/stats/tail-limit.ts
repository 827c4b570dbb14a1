/** An upper tail, as an exponential distribution above a threshold. */
export interface UpperTail {
  readonly threshold: number;
  /** The share of the values that stands above it. */
  readonly share: number;
  /** How far those stand above it in the mean. */
  readonly excess: number;
}

/**
 * The tail of the ⌈√n⌉ largest of the values in ascending order, above the next one. On logarithms its excess is Hill's estimator of 1/α,
 * where α is the index of a Pareto tail (Hill, "A Simple General Approach to Inference About the Tail of a Distribution", Annals of
 * Statistics 3, 1975). Null for fewer than two values.
 */
export function upperTail(sorted: Float64Array): UpperTail | null {
  const size = sorted.length;
  const largest = Math.ceil(Math.sqrt(size));
  if (largest >= size) return null;
  const threshold = sorted[size - 1 - largest] ?? NaN;
  let excess = 0;
  for (let at = size - largest; at < size; at += 1) excess += (sorted[at] ?? NaN) - threshold;
  return { threshold, share: largest / size, excess: excess / largest };
}

/**
 * The value that is exceeded with a given chance p: u + γ ln(k / (n p)) for a tail of mean excess γ of the k largest of n values above the
 * next one, u (Weissman, "Estimation of Parameters and Large Quantiles Based on the k Largest Observations", JASA 73, 1978).
 * NaN for fewer than two values.
 */
export function tailLimit(sorted: Float64Array, chance: number): number {
  const tail = upperTail(sorted);
  return tail === null ? NaN : tail.threshold + tail.excess * Math.log(tail.share / chance);
}

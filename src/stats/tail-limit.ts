/**
 * The value that is exceeded with a given chance, by the upper tail of the values in ascending order: an exponential distribution above
 * the ⌈√n⌉ largest, u + γ ln(k / (n p)), where γ is their mean excess over the next one, u. On logarithms this is the quantile of Hill's
 * estimator for Pareto's tails (Hill, "A Simple General Approach to Inference About the Tail of a Distribution", Annals of Statistics 3,
 * 1975; Weissman, "Estimation of Parameters and Large Quantiles Based on the k Largest Observations", JASA 73, 1978).
 * NaN for fewer than two values.
 */
export function tailLimit(sorted: Float64Array, chance: number): number {
  const size = sorted.length;
  const largest = Math.ceil(Math.sqrt(size));
  if (largest >= size) return NaN;
  const threshold = sorted[size - 1 - largest] ?? NaN;
  let excess = 0;
  for (let at = size - largest; at < size; at += 1) excess += (sorted[at] ?? NaN) - threshold;
  return threshold + (excess / largest) * Math.log(largest / (size * chance));
}

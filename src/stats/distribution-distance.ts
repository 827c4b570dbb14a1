/** Least share of a bin: PSI is infinite where one of two distributions has nothing. */
const leastShare = 1e-4;

/**
 * Population stability index of counts against reference counts of the same bins: Σ (p − q) ln(p / q), the symmetrised Kullback-Leibler
 * divergence. Usual reading (Siddiqi, "Credit Risk Scorecards", 2006): below 0.1 no change, from 0.25 a large one. Two samples of n and m
 * of one distribution differ by about (bins − 1)(1/n + 1/m) by chance alone: Yurdakul, "Statistical Properties of Population Stability
 * Index" (2018).
 */
export function populationStabilityIndex(counts: readonly number[], reference: readonly number[]): number {
  const [n, m] = [sumOf(counts), sumOf(reference)];
  if (n === 0 || m === 0) return NaN;
  let index = 0;
  for (const [bin, count] of counts.entries()) {
    const p = Math.max(count / n, leastShare);
    const q = Math.max((reference[bin] ?? 0) / m, leastShare);
    index += (p - q) * Math.log(p / q);
  }
  return index;
}

/** What {@link populationStabilityIndex} of two samples of one distribution is by chance, on average. */
export function expectedStabilityIndex(counts: readonly number[], reference: readonly number[]): number {
  const bins = counts.filter((count, bin) => count > 0 || (reference[bin] ?? 0) > 0).length;
  return Math.max(0, bins - 1) * (1 / sumOf(counts) + 1 / sumOf(reference));
}

/** Kolmogorov-Smirnov statistic of counts in ordered bins: the largest difference of the cumulated shares, 0 to 1. */
export function kolmogorovSmirnov(counts: readonly number[], reference: readonly number[]): number {
  const [n, m] = [sumOf(counts), sumOf(reference)];
  if (n === 0 || m === 0) return NaN;
  let [one, other, largest] = [0, 0, 0];
  for (const [bin, count] of counts.entries()) {
    one += count / n;
    other += (reference[bin] ?? 0) / m;
    largest = Math.max(largest, Math.abs(one - other));
  }
  return largest;
}

/**
 * The statistic that two samples of one distribution exceed with a small probability: √(−½ ln(risk / 2) (n + m) / (n m)); Knuth, The Art of
 * Computer Programming, volume 2, section 3.3.1. In bins it is on the safe side.
 */
export function kolmogorovSmirnovLimit(n: number, m: number, risk: number): number {
  return Math.sqrt((-0.5 * Math.log(risk / 2) * (n + m)) / (n * m));
}

export function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

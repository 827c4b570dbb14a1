/**
 * Complementary error function, relative error below 1e-12 for every x whose result is a normal double (x < 26.5).
 *
 * Below 2 by the series NIST DLMF 7.6.2, whose terms all have one sign; above by the continued fraction NIST DLMF 7.9.2, evaluated
 * from its far end. https://dlmf.nist.gov/7.6#E2 and https://dlmf.nist.gov/7.9#E2
 */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  const squared = x * x;
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * 1e-17; n += 1) {
      term *= (2 * squared) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-squared) * sum;
  }
  if (x > 28) return 0; // below the smallest double
  let fraction = 2 * squared + 4 * depth + 1;
  for (let n = depth; n >= 1; n -= 1) fraction = 2 * squared + 4 * n - 3 - ((2 * n - 1) * (2 * n)) / fraction;
  return (Math.exp(-squared) / Math.sqrt(Math.PI)) * ((2 * x) / fraction);
}

/** Enough levels of the continued fraction for 1e-13 at x = 2, where it converges slowest. */
const depth = 40;

/**
 * P(X > limit) of a normal variable, ½ erfc((limit − mean) / (sigma √2)). Where sigma is 0 the variable is its mean: 1 above the
 * limit, else 0. NaN where a parameter is NaN.
 */
export function gaussianTail(limit: number, mean: number, sigma: number): number {
  if (sigma === 0) return mean > limit ? 1 : 0;
  return erfc((limit - mean) / (sigma * Math.SQRT2)) / 2;
}

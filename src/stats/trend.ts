/**
 * How surely values in order rise or fall: the statistic of Mann and Kendall in standard deviations, corrected for autocorrelation.
 * Mann, "Nonparametric Tests Against Trend", Econometrica 13 (1945); Kendall, "Rank Correlation Methods" (1975).
 *
 * Neighbours that resemble each other make a random walk look like a trend. The variance is therefore enlarged by (1 + ρ) / (1 − ρ),
 * ρ being the lag-one correlation of the residuals of a straight line (Matalas & Sankarasubramanian, Water Resources Research 39,
 * 2003). `tolerance` is the deviation from that line that is taken for granted: what bends by less is still a straight trend.
 */
export function mannKendall(values: ArrayLike<number>, tolerance = 0): number {
  const size = values.length;
  let concordance = 0;
  for (let at = 1; at < size; at += 1) {
    const value = values[at] ?? NaN;
    for (let before = 0; before < at; before += 1) {
      const difference = value - (values[before] ?? NaN);
      concordance += difference > 0 ? 1 : difference < 0 ? -1 : 0;
    }
  }
  const variance = (size * (size - 1) * (2 * size + 5)) / 18;
  const correlation = Math.min(0.99, Math.max(0, residualCorrelation(values, tolerance)));
  // The continuity correction of Kendall.
  const corrected = concordance - Math.sign(concordance);
  return variance === 0 ? 0 : corrected / Math.sqrt((variance * (1 + correlation)) / (1 - correlation));
}

/** Lag-one correlation of what is left of the values beside a least-squares line. */
function residualCorrelation(values: ArrayLike<number>, tolerance: number): number {
  const size = values.length;
  const middle = (size - 1) / 2;
  let sum = 0;
  let moment = 0;
  for (let at = 0; at < size; at += 1) {
    sum += values[at] ?? NaN;
    moment += (at - middle) * (values[at] ?? NaN);
  }
  const slope = moment / ((size * (size * size - 1)) / 12);
  const mean = sum / size;
  let squares = 0;
  let products = 0;
  let previous = 0;
  for (let at = 0; at < size; at += 1) {
    const residual = (values[at] ?? NaN) - mean - slope * (at - middle);
    squares += residual * residual;
    if (at > 0) products += residual * previous;
    previous = residual;
  }
  const denominator = squares + size * tolerance * tolerance;
  return denominator === 0 ? 0 : products / denominator;
}

/**
 * Median of the slopes between all pairs, per place; NaN for fewer than two values.
 * Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63 (1968).
 */
export function theilSen(values: ArrayLike<number>): number {
  const size = values.length;
  const slopes = new Float64Array((size * (size - 1)) / 2);
  let count = 0;
  for (let at = 1; at < size; at += 1) {
    for (let before = 0; before < at; before += 1) {
      slopes[count] = ((values[at] ?? NaN) - (values[before] ?? NaN)) / (at - before);
      count += 1;
    }
  }
  slopes.sort();
  return ((slopes[count >> 1] ?? NaN) + (slopes[(count - 1) >> 1] ?? NaN)) / 2;
}

/**
 * How values in order bend away from a straight line: the parabola of least squares through them. `z` is its second coefficient in
 * standard errors, enlarged by the autocorrelation of what is left beside it as in {@link mannKendall}; `slopes` is its slope at the
 * last value over that at the first. On a straight line they are 0 and 1, and so they are for fewer than four values.
 */
export function bend(values: ArrayLike<number>): { readonly z: number; readonly slopes: number } {
  const size = values.length;
  if (size < 4) return { z: 0, slopes: 1 };
  const middle = (size - 1) / 2;
  const squareMean = (size * size - 1) / 12;
  let [sum, first, second, firstNorm, secondNorm] = [0, 0, 0, 0, 0];
  for (let at = 0; at < size; at += 1) {
    const value = values[at] ?? NaN;
    const linear = at - middle;
    const square = linear * linear - squareMean;
    sum += value;
    first += linear * value;
    second += square * value;
    firstNorm += linear * linear;
    secondNorm += square * square;
  }
  const [mean, slope, curve] = [sum / size, first / firstNorm, second / secondNorm];
  let [squares, products, previous] = [0, 0, 0];
  for (let at = 0; at < size; at += 1) {
    const linear = at - middle;
    const residual = (values[at] ?? NaN) - mean - slope * linear - curve * (linear * linear - squareMean);
    squares += residual * residual;
    if (at > 0) products += residual * previous;
    previous = residual;
  }
  const correlation = squares === 0 ? 0 : Math.min(0.99, Math.max(0, products / squares));
  const error = Math.sqrt((squares / (size - 3) / secondNorm) * ((1 + correlation) / (1 - correlation)));
  const change = curve * (size - 1);
  return { z: curve === 0 ? 0 : curve / error, slopes: (slope + change) / (slope - change) };
}

/** Rows of one anomaly, both included. */
type Range = readonly [first: number, last: number];

/**
 * Volume under the surface of precision and recall: the area under the precision-recall curve for ranges, averaged over buffers of 0
 * to `buffer` rows around each anomaly (Paparrizos et al., "Volume Under the Surface: A New Accuracy Evaluation Measure for Time-Series
 * Anomaly Detection", VLDB 15, 2022). It rests on no threshold and forgives an alarm beside its label; no points are adjusted.
 *
 * With a buffer ℓ a row at distance d ≤ ℓ/2 of an anomaly counts as √(1 − d/ℓ) of a positive. Precision is the positives among the
 * rows above a threshold. Recall is those positives over the mean of the plain and the buffered number of positives, times the share of
 * anomalies of which something was found. Every score is a threshold; the area is the sum of precision × gain of recall.
 *
 * @param scores one per row, the larger the more anomalous
 * @returns 0 to 1, NaN where there is no anomaly
 */
export function vusPr(scores: Float64Array, anomalies: readonly Range[], buffer = 100): number {
  if (anomalies.length === 0) return NaN;
  const order = Uint32Array.from(scores.keys()).sort((one, other) => (scores[other] ?? NaN) - (scores[one] ?? NaN));
  let sum = 0;
  for (let width = 0; width <= buffer; width += 1) sum += rangeAucPr(scores, order, anomalies, width);
  return sum / (buffer + 1);
}

/** The area for one buffer. `order` has the rows by falling score. */
function rangeAucPr(scores: Float64Array, order: Uint32Array, anomalies: readonly Range[], width: number): number {
  const weights = buffered(scores.length, anomalies, width);
  const plain = anomalies.reduce((total, [first, last]) => total + last - first + 1, 0);
  const positives = (plain + weights.reduce((total, weight) => total + weight, 0)) / 2;
  const segments = merged(anomalies, width >> 1);
  const segmentOf = new Int32Array(scores.length).fill(-1);
  for (const [index, [first, last]] of segments.entries()) segmentOf.fill(index, Math.max(0, first), last + 1);
  const found = new Set<number>();
  let [hits, area, recall] = [0, 0, 0];
  for (const [at, row] of order.entries()) {
    hits += weights[row] ?? 0;
    const segment = segmentOf[row] ?? -1;
    if (segment >= 0) found.add(segment);
    // Rows of equal score are above a threshold together.
    if (at + 1 < order.length && scores[order[at + 1] ?? 0] === scores[row]) continue;
    const reached = Math.min(1, hits / positives) * (found.size / segments.length);
    area += Math.max(0, reached - recall) * (hits / (at + 1));
    recall = Math.max(recall, reached);
  }
  return area;
}

/** How much of a positive each row is. */
function buffered(size: number, anomalies: readonly Range[], width: number): Float64Array {
  const weights = new Float64Array(size);
  for (const [first, last] of anomalies) {
    for (let row = Math.max(0, first - (width >> 1)); row <= Math.min(size - 1, last + (width >> 1)); row += 1) {
      const distance = Math.max(first - row, row - last, 0);
      const weight = distance === 0 ? 1 : Math.sqrt(1 - distance / width);
      weights[row] = Math.min(1, (weights[row] ?? 0) + weight);
    }
  }
  return weights;
}

/** The anomalies with their buffers; those that touch are one. */
function merged(anomalies: readonly Range[], margin: number): Range[] {
  const ranges: [number, number][] = [];
  for (const [first, last] of anomalies) {
    const before = ranges.at(-1);
    if (before !== undefined && first - margin <= before[1]) before[1] = Math.max(before[1], last + margin);
    else ranges.push([first - margin, last + margin]);
  }
  return ranges;
}

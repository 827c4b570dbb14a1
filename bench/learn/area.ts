/** Area under the curve of precision over recall (average precision) of scores against flags. */
export function averagePrecision(scores: readonly number[], wrong: Uint8Array): number {
  const order = scores.map((_, at) => at).sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0));
  let [hits, area] = [0, 0];
  for (const [taken, at] of order.entries()) {
    if (wrong[at] !== 1) continue;
    hits += 1;
    area += hits / (taken + 1);
  }
  return hits === 0 ? NaN : area / hits;
}

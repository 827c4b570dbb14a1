/** A share with the 95 % confidence interval of Wilson, 1927 (no assumption that the share is far from 0 or 1). */
export function share(hits: number, n: number): { readonly value: number; readonly text: string } {
  if (n === 0) return { value: NaN, text: '-' };
  const z = 1.959964;
  const p = hits / n;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const low = Math.max(0, middle - half);
  const high = Math.min(1, middle + half);
  return { value: p, text: `n ${n}, 95 % ${low.toFixed(3)}-${high.toFixed(3)}` };
}

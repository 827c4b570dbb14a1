/** A figure with its n and its 95 % confidence interval, as a unit has them in brackets. */
export interface Estimate {
  readonly value: number;
  readonly text: string;
}

const none: Estimate = { value: NaN, text: '-' };
const z = 1.959964;

/** A share with the interval of Wilson, 1927 (no assumption that the share is far from 0 or 1). */
export function share(hits: number, n: number): Estimate {
  return n === 0 ? none : { value: hits / n, text: told(`n ${n}`, wilson(hits, n)) };
}

/**
 * F1 of labels that were found and alarms that were right. It is 2 J / (1 + J) of the share J of what was found among all that was found,
 * missed or told falsely (Jaccard), and so are the ends of its interval.
 */
export function f1(found: number, labels: number, right: number, alarms: number): Estimate {
  const all = labels + alarms - right;
  if (all === 0) return none;
  const [low, high] = wilson(found, all);
  const of = (jaccard: number) => (2 * jaccard) / (1 + jaccard);
  const [precision, recall] = [right / alarms, found / labels];
  const value = right + found === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { value, text: told(`n ${all}`, [of(low), of(high)]) };
}

/** How often something happens in `many` of n, with the interval of a Poisson count (Wilson and Hilferty, 1931). */
export function rate(count: number, n: number, many: number): Estimate {
  if (n === 0) return none;
  const end = (events: number, side: number) =>
    events === 0 ? 0 : events * (1 - 1 / (9 * events) + side / (3 * Math.sqrt(events))) ** 3;
  const of = (events: number) => (many * events) / n;
  return { value: of(count), text: told(`n ${n}`, [of(end(count, -z)), of(end(count + 1, z))]) };
}

/** The median with the interval between two values by their ranks (Conover, "Practical Nonparametric Statistics"), and the largest. */
export function medianOf(values: readonly number[]): Estimate {
  if (values.length === 0) return none;
  const sorted = values.toSorted((one, other) => one - other);
  const n = sorted.length;
  const half = (z * Math.sqrt(n)) / 2;
  const at = (rank: number) => sorted[Math.min(n, Math.max(1, rank)) - 1] ?? NaN;
  const ends = [at(Math.floor((n + 1) / 2 - half)), at(Math.ceil((n + 1) / 2 + half))] as const;
  return {
    value: sorted[Math.floor(n / 2)] ?? NaN,
    text: `n ${n}, 95 % ${ends.map(short).join('-')}; longest ${short(sorted.at(-1) ?? NaN)}`,
  };
}

/** The mean with the interval of a normal one. */
export function meanOf(values: readonly number[]): Estimate {
  const n = values.length;
  if (n === 0) return none;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const half = n < 2 ? NaN : z * Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1) / n);
  return { value: mean, text: told(`n ${n}`, [mean - half, mean + half]) };
}

function wilson(hits: number, n: number): readonly [number, number] {
  const p = hits / n;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Four digits at most: "0.1251", "133". */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function told(n: string, [low, high]: readonly [number, number]): string {
  return Number.isNaN(low) ? n : `${n}, 95 % ${low.toFixed(3)}-${high.toFixed(3)}`;
}

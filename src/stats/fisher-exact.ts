interface Table {
  /** How many of the first group have the mark, and how large it is. */
  readonly marked: number;
  readonly size: number;
  /** The same of the second group. */
  readonly otherMarked: number;
  readonly otherSize: number;
}

/**
 * The chance that at least so many of the marks fall on the first group when all values of both are alike: the one-sided exact test of
 * Fisher, "Statistical Methods for Research Workers" (5th ed., 1934). It asks nothing of the shape of the distribution.
 */
export function fisherExact({ marked, size, otherMarked, otherSize }: Table): number {
  const marks = marked + otherMarked;
  // The hypergeometric distribution, as multiples of its value at `marked`.
  let tail = 1;
  for (let count = marked, term = 1; count < Math.min(size, marks); count += 1) {
    term *= ((marks - count) * (size - count)) / ((count + 1) * (otherSize - marks + count + 1));
    tail += term;
  }
  let below = 0;
  for (let count = marked, term = 1; count > Math.max(0, marks - otherSize); count -= 1) {
    term *= (count * (otherSize - marks + count)) / ((marks - count + 1) * (size - count + 1));
    below += term;
  }
  return tail / (tail + below);
}

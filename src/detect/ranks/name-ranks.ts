/** Ranks as a person reads them at the beginning of a sentence: "Rank 3", "Ranks 0 to 7", "Ranks 0, 2 and 5", "12 ranks (0, 2, 5, …)". */
export function nameRanks(ranks: readonly number[]): string {
  const sorted = ranks.toSorted((one, other) => one - other);
  const [first, last, count] = [sorted[0] ?? NaN, sorted.at(-1) ?? NaN, sorted.length];
  if (count === 1) return `Rank ${first}`;
  if (count > 2 && last - first === count - 1) return `Ranks ${first} to ${last}`;
  if (count > 4) return `${count} ranks (${sorted.slice(0, 3).join(', ')}, …)`;
  return `Ranks ${sorted.slice(0, -1).join(', ')} and ${last}`;
}

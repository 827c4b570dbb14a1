/** As many characters may be wrong in a name that is taken for another one. */
const mostWrong = 2;

/** The known name that differs least from one that is unknown, and whether it may well be meant; undefined where none is known. */
export function nearestOf(
  known: readonly string[],
  unknown: string,
): { readonly name: string; readonly isNear: boolean } | undefined {
  const [nearest] = known
    .map((name) => ({ name, wrong: distance(unknown, name) }))
    .sort((one, other) => one.wrong - other.wrong);
  return nearest && { name: nearest.name, isNear: nearest.wrong <= mostWrong };
}

/** How many characters must be put in, taken out or changed to make one text of the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 0; at < one.length; at += 1) {
    const next = [at + 1];
    for (let to = 1; to <= other.length; to += 1) {
      const changed = (row[to - 1] ?? 0) + Number(other[to - 1] !== one[at]);
      next.push(Math.min(changed, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

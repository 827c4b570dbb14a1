import type { Row } from './row.ts';

/**
 * The rows of the ranks of one run, of which each has a recording of its own, as the exporter would have heard them: of the next rows of
 * all recordings the one of the lowest step first, of one step that of the lowest rank. Each recording keeps its order, so a return to a
 * checkpoint stays one.
 */
export function* inOrder(recordings: readonly (readonly Row[])[]): Generator<Row> {
  const next = recordings.map(() => 0);
  for (;;) {
    let first: { readonly row: Row; readonly rank: number } | null = null;
    for (const [rank, rows] of recordings.entries()) {
      const row = rows[next[rank] ?? 0];
      if (row !== undefined && (first === null || row.step < first.row.step)) first = { row, rank };
    }
    if (first === null) return;
    const { row, rank } = first;
    next[rank] = (next[rank] ?? 0) + 1;
    yield { ...row, rank };
  }
}

import type { Row } from './row.ts';

/** Where the next row of a rank stands. */
interface Next {
  readonly row: Row;
  readonly rank: number;
  /** The latest time of its rank by then: a clock that began anew takes no row before those that came first. */
  readonly time: number;
}

/**
 * The rows of the ranks of one run, of which each has a recording of its own, as the exporter would have heard them: by their times where
 * every recording tells them, else by their steps, and of one time or step that of the lowest rank. Each recording keeps its order, so a
 * return to a checkpoint stays one.
 */
export function* inOrder(recordings: readonly (readonly Row[])[]): Generator<Row> {
  const taken = recordings.map(() => ({ rows: 0, time: -Infinity }));
  const isTimed = recordings.every((rows) => rows.every(({ time }) => time !== null));
  for (;;) {
    let first: Next | null = null;
    for (const [rank, rows] of recordings.entries()) {
      const before = taken[rank];
      const row = rows[before?.rows ?? 0];
      if (row === undefined) continue;
      const time = isTimed ? Math.max(before?.time ?? -Infinity, row.time ?? -Infinity) : 0;
      if (first === null || (time - first.time || row.step - first.row.step) < 0) first = { row, rank, time };
    }
    if (first === null) return;
    const { row, rank, time } = first;
    taken[rank] = { rows: (taken[rank]?.rows ?? 0) + 1, time };
    yield { ...row, rank };
  }
}

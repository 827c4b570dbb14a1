import { gpuMetrics } from '../gpu/index.ts';
import type { SeriesTable } from '../series/index.ts';

/** How many GPUs are missing of those that are expected, as a sentence; none where all are there or none are counted. */
export function missingGpus(table: SeriesTable): readonly string[] {
  const [seen, expected] = [gpuMetrics.seen, gpuMetrics.expected].map(({ name }) => countOf(table, name));
  if (seen === undefined || expected === undefined || seen >= expected) return [];
  return [`GPUs that are expected: ${expected}; there and not lost: ${seen}`];
}

/** The value of a series without labels, 0 where it is absent. */
function countOf(table: SeriesTable, wanted: string): number {
  for (const { columns, values, present } of table.snapshot(({ name }) => name === wanted)) {
    const column = columns.findIndex(({ metric }) => metric.name === wanted);
    if (present[column] === 1) return values[column] ?? 0;
  }
  return 0;
}

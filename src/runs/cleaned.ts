import { counter, type Row, type SeriesTable } from '../series/index.ts';

/** What is done with reports before anything is computed of them. All that a worker reported is still shown as it is. */
export const cleanReasons = [
  /** A step that is known already, with the same time and the same values: ignored. */
  'duplicate',
  /** A step that was taken before the last one and comes after it: counted, and neither shown nor judged. */
  'out_of_order',
  /** A lower step than the last one, taken later: the worker went back to a checkpoint. */
  'step_back',
  /** The clock of the worker is ahead of the exporter's by more than a second. */
  'clock_ahead',
  /** The clock of the worker went back between two steps. */
  'clock_back',
  /** A count of the process is lower than it was, though it is the same process: counted on from there. */
  'counter_reset',
  /** Stands out from the last values (Hampel): left out of means. */
  'outlier',
  /** The very same value for the 32nd time or more in a row: left out of means. */
  'stuck',
] as const;
export type CleanReason = (typeof cleanReasons)[number];

export const cleanedMetric = counter('gradwatch_exporter_cleaned_total', {
  help: 'Reports and values that were treated in a way of their own before anything was computed of them, by reason',
  labels: ['reason'],
});

/** Counts what is cleaned, over all ranks. Each reason begins at 0. */
export class Cleaned {
  readonly #rows: ReadonlyMap<CleanReason, Row<'cleaned'>>;

  constructor(table: SeriesTable) {
    const group = table.group(['reason'], { cleaned: cleanedMetric });
    this.#rows = new Map(cleanReasons.map((reason) => [reason, group.row({ reason })]));
    for (const row of this.#rows.values()) row.set('cleaned', 0);
  }

  readonly add = (reason: CleanReason): void => {
    this.#rows.get(reason)?.add('cleaned');
  };
}

import * as v from 'valibot';
import type { Row } from '../series/index.ts';
import type { RankLabels, ReportSeries } from './report-series.ts';
import { eventTypes, type EventReport, type EventType } from './reports.ts';

type EventRow = Row<'total' | 'last'>;

/** What outlives the exporter of {@link EventRows}: number and last time, by type. */
export const savedEvents = v.record(v.picklist(eventTypes), v.object({ total: v.number(), last: v.number() }));
export type SavedEvents = v.InferOutput<typeof savedEvents>;

/** The events of one rank, counted by type; no more of them in a minute than allowed. */
export class EventRows {
  readonly #series: ReportSeries;
  readonly #labels: RankLabels;
  readonly #rows = new Map<EventType, EventRow>();
  #minute = -1;
  #inMinute = 0;

  constructor(series: ReportSeries, labels: RankLabels) {
    this.#series = series;
    this.#labels = labels;
  }

  /**
   * @param arrival Unix seconds
   * @returns false where it is one too many
   */
  take({ type, time }: EventReport, arrival: number, perMinute: number): boolean {
    const minute = Math.floor(arrival / 60);
    if (minute !== this.#minute) [this.#minute, this.#inMinute] = [minute, 0];
    if (this.#inMinute >= perMinute) return false;
    this.#inMinute += 1;
    const row = this.#row(type);
    row.add('total');
    row.set('last', time);
    return true;
  }

  save(): SavedEvents {
    return Object.fromEntries(
      [...this.#rows].map(([type, row]) => [type, { total: row.get('total') ?? 0, last: row.get('last') ?? 0 }]),
    );
  }

  restore(saved: SavedEvents): void {
    for (const type of eventTypes) {
      const counted = saved[type];
      if (counted === undefined) continue;
      const row = this.#row(type);
      row.set('total', counted.total);
      row.set('last', counted.last);
    }
  }

  remove(): void {
    for (const row of this.#rows.values()) row.remove();
  }

  #row(type: EventType): EventRow {
    let row = this.#rows.get(type);
    if (row === undefined) {
      row = this.#series.events.row({ ...this.#labels, type });
      this.#rows.set(type, row);
    }
    return row;
  }
}

import * as v from 'valibot';
import { Histogram, type Row } from '../series/index.ts';
import { latencyBounds } from './bucket-bounds.ts';
import { BoundedRows } from './bounded-rows.ts';
import type { Exceeded } from './excess.ts';
import type { NamedSeries } from './named-series.ts';
import type { servingMetrics } from './report-metrics.ts';
import type { RankLabels, ReportSeries } from './report-series.ts';
import type { LatencyHistogram, ServingReport } from './reports.ts';
import { savedByName } from './saved-by-name.ts';

const counts = [
  'requests',
  'errors',
  'inputTokens',
  'outputTokens',
] as const satisfies readonly (keyof typeof servingMetrics)[];
type CountKey = (typeof counts)[number];

/** What outlives the exporter of {@link ServingRows}. */
export const savedServing = v.object({
  counts: v.record(v.picklist(counts), v.number()),
  latency: v.nullable(v.array(v.number())),
  outputs: savedByName(v.number()),
});
export type SavedServing = v.InferOutput<typeof savedServing>;

/** What one serving process did, added up. What it never told of has no series. */
export class ServingRows {
  readonly #series: ReportSeries;
  readonly #labels: RankLabels;
  readonly #row: Row<CountKey>;
  readonly #outputs: BoundedRows<Row<'total'>>;
  #latencyRow: Row<'latency'> | null = null;
  #latency: Histogram<'latency'> | null = null;

  constructor(series: ReportSeries, named: NamedSeries, labels: RankLabels) {
    this.#series = series;
    this.#labels = labels;
    this.#row = series.serving.row(labels);
    this.#outputs = new BoundedRows(named, 'max_bins', (name) => series.outputs.row({ ...labels, class: name }));
  }

  take(report: ServingReport, limit: number, exceeded: Exceeded): void {
    for (const key of counts) {
      const value = report[key];
      if (value !== null) this.#row.add(key, value);
    }
    if (report.latency !== null) this.#addLatency(report.latency);
    for (const [at, name] of (report.outputs?.classes ?? []).entries()) {
      this.#outputs.row(name, limit, exceeded)?.add('total', report.outputs?.counts[at] ?? 0);
    }
  }

  save(): SavedServing {
    return {
      counts: Object.fromEntries(counts.flatMap((key) => present(key, this.#row.get(key)))),
      latency: this.#latency === null ? null : [...this.#latency.save()],
      outputs: Object.fromEntries(
        [...this.#outputs.entries()].flatMap(([name, row]) => present(name, row.get('total'))),
      ),
    };
  }

  restore(saved: SavedServing, exceeded: Exceeded): void {
    for (const key of counts) {
      const value = saved.counts[key];
      if (value !== undefined) this.#row.set(key, value);
    }
    if (saved.latency !== null) this.#histogram().restore(saved.latency);
    for (const [name, total] of Object.entries(saved.outputs)) {
      this.#outputs.row(name, Infinity, exceeded)?.set('total', total);
    }
  }

  remove(): void {
    this.#row.remove();
    this.#latencyRow?.remove();
    this.#outputs.remove();
  }

  /** Each bin counts as latencies of its upper bound, those above the last as more than it. The sum is the worker's own where it told it. */
  #addLatency({ bounds, counts: bins, sum }: LatencyHistogram): void {
    const histogram = this.#histogram();
    const last = bounds.at(-1) ?? 0;
    for (const [at, times] of bins.entries()) {
      if (times > 0) histogram.observe(bounds[at] ?? Infinity, times, sum === null ? times * (bounds[at] ?? last) : 0);
    }
    if (sum !== null) histogram.addToSum(sum);
  }

  #histogram(): Histogram<'latency'> {
    if (this.#latency !== null) return this.#latency;
    const { latencies } = this.#series;
    this.#latencyRow = latencies.row(this.#labels);
    this.#latency = new Histogram(this.#latencyRow, latencies.column('latency'), latencyBounds);
    return this.#latency;
  }
}

function present(key: string, value: number | undefined): [string, number][] {
  return value === undefined ? [] : [[key, value]];
}

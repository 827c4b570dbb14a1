import { FreshRows } from '../series/index.ts';
import { BoundedRows } from './bounded-rows.ts';
import type { Exceeded } from './excess.ts';
import type { NamedSeries } from './named-series.ts';
import type { RankLabels, ReportSeries } from './report-series.ts';
import type { EvaluationReport } from './reports.ts';

/** The series of the last evaluation on one data set: what a new one does not bring is gone. */
class DatasetRows {
  readonly #labels: RankLabels & { readonly dataset: string };
  readonly #named: NamedSeries;
  readonly #row: ReturnType<ReportSeries['evaluations']['row']>;
  readonly #slices;
  readonly #values;
  #held = 0;
  /** As it is shown. */
  last: EvaluationReport | null = null;

  constructor(series: ReportSeries, named: NamedSeries, labels: RankLabels & { readonly dataset: string }) {
    this.#labels = labels;
    this.#named = named;
    this.#row = series.evaluations.row(labels);
    this.#slices = new FreshRows(series.evaluationSlices);
    this.#values = new FreshRows(series.evaluationValues);
  }

  /** Whether there was place for it; where there was none the one before is shown on. */
  show(report: EvaluationReport, exceeded: Exceeded): boolean {
    const size = sizeOf(report, this.#named);
    if (!this.#named.resize(this.#held, size, report.dataset, exceeded)) return false;
    this.#held = size;
    const { step, time, slices, failures } = report;
    this.last = report;
    if (step === null) this.#row.clear('step');
    else this.#row.set('step', step);
    this.#row.set('timestamp', time);
    this.#row.set('failures', failures.length);
    this.#slices.show(
      slices.map(({ slice, samples }) => ({ labels: { ...this.#labels, slice }, values: { samples } })),
    );
    this.#values.show(
      slices.flatMap(({ slice, metrics }) =>
        Object.entries(metrics).map(([metric, value]) => ({
          labels: { ...this.#labels, slice, metric },
          values: { value },
        })),
      ),
    );
    return true;
  }

  remove(): void {
    this.#row.remove();
    this.#slices.clear();
    this.#values.clear();
    this.#named.release(this.#held);
  }
}

/** In series: those of the data set, of each slice with its metrics, and what is kept of a failure. */
function sizeOf({ dataset, slices, failures }: EvaluationReport, named: NamedSeries): number {
  let size = 2 * named.weigh(dataset);
  for (const { slice, metric } of failures) size += named.weigh(dataset, slice, metric);
  for (const { slice, metrics } of slices) {
    size += named.weigh(dataset, slice);
    for (const metric in metrics) size += named.weigh(dataset, slice, metric);
  }
  return size;
}

/** The last evaluations of one rank, by data set. */
export class EvaluationRows {
  readonly #datasets: BoundedRows<DatasetRows>;

  constructor(series: ReportSeries, named: NamedSeries, labels: RankLabels) {
    this.#datasets = new BoundedRows(
      named,
      'max_datasets',
      (dataset) => new DatasetRows(series, named, { ...labels, dataset }),
    );
  }

  /** Whether there was place for it. */
  show(report: EvaluationReport, limit: number, exceeded: Exceeded): boolean {
    return this.#datasets.row(report.dataset, limit, exceeded)?.show(report, exceeded) === true;
  }

  /** Those that are shown. */
  save(): EvaluationReport[] {
    return [...this.#datasets.entries()].flatMap(([, { last }]) => last ?? []);
  }

  remove(): void {
    this.#datasets.remove();
  }
}

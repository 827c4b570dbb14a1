import { FreshRows } from '../series/index.ts';
import { BoundedRows } from './bounded-rows.ts';
import type { Exceeded } from './excess.ts';
import type { RankLabels, ReportSeries } from './report-series.ts';
import type { EvaluationReport } from './reports.ts';

/** The series of the last evaluation on one data set: what a new one does not bring is gone. */
class DatasetRows {
  readonly #labels: RankLabels & { readonly dataset: string };
  readonly #row: ReturnType<ReportSeries['evaluations']['row']>;
  readonly #slices;
  readonly #values;
  /** As it is shown. */
  last: EvaluationReport | null = null;

  constructor(series: ReportSeries, labels: RankLabels & { readonly dataset: string }) {
    this.#labels = labels;
    this.#row = series.evaluations.row(labels);
    this.#slices = new FreshRows(series.evaluationSlices);
    this.#values = new FreshRows(series.evaluationValues);
  }

  show(report: EvaluationReport): void {
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
  }

  remove(): void {
    this.#row.remove();
    this.#slices.clear();
    this.#values.clear();
  }
}

/** The last evaluations of one rank, by data set. */
export class EvaluationRows {
  readonly #datasets: BoundedRows<DatasetRows>;

  constructor(series: ReportSeries, labels: RankLabels) {
    this.#datasets = new BoundedRows('max_datasets', (dataset) => new DatasetRows(series, { ...labels, dataset }));
  }

  /** Whether there was place for it. */
  show(report: EvaluationReport, limit: number, exceeded: Exceeded): boolean {
    const rows = this.#datasets.row(report.dataset, limit, exceeded);
    rows?.show(report);
    return rows !== null;
  }

  /** Those that are shown. */
  save(): EvaluationReport[] {
    return [...this.#datasets.entries()].flatMap(([, { last }]) => last ?? []);
  }

  remove(): void {
    this.#datasets.remove();
  }
}

import { FreshRows, type Row } from '../series/index.ts';
import { BoundedRows } from './bounded-rows.ts';
import type { Exceeded } from './excess.ts';
import type { tensorMetrics } from './report-metrics.ts';
import type { RankLabels, ReportSeries } from './report-series.ts';
import type { TensorReport } from './reports.ts';

type TensorKey = keyof typeof tensorMetrics;

/** The series of one input or output: what its last report brought. */
class OneTensor {
  readonly #labels: RankLabels & { readonly kind: string; readonly name: string };
  readonly #row: Row<TensorKey>;
  readonly #classes;
  /** As it is shown. */
  last: TensorReport | null = null;

  constructor(series: ReportSeries, labels: RankLabels & { readonly kind: string; readonly name: string }) {
    this.#labels = labels;
    this.#row = series.tensors.row(labels);
    this.#classes = new FreshRows(series.tensorClasses);
  }

  show(report: TensorReport): void {
    this.last = report;
    const { count, mean, variance, fractionNonFinite: nonFinite, distribution } = report;
    for (const [key, value] of Object.entries({ count, mean, variance, nonFinite }) as [TensorKey, number | null][]) {
      if (value === null) this.#row.clear(key);
      else this.#row.set(key, value);
    }
    const classes = distribution !== null && 'classes' in distribution ? distribution.classes : [];
    const total = (distribution?.counts ?? []).reduce((sum, each) => sum + each, 0);
    this.#classes.show(
      classes.map((name, at) => ({
        labels: { ...this.#labels, class: name },
        values: { share: total > 0 ? (distribution?.counts[at] ?? 0) / total : null },
      })),
    );
  }

  remove(): void {
    this.#row.remove();
    this.#classes.clear();
  }
}

/** The series of the inputs and outputs of one rank's model. A reference is of other data, and is not shown. */
export class TensorRows {
  readonly #tensors: BoundedRows<OneTensor>;

  constructor(series: ReportSeries, labels: RankLabels) {
    this.#tensors = new BoundedRows('max_tensors', (key) => {
      const at = key.indexOf(' ');
      return new OneTensor(series, { ...labels, kind: key.slice(0, at), name: key.slice(at + 1) });
    });
  }

  /** Whether there was place for it. */
  show(report: TensorReport, limit: number, exceeded: Exceeded): boolean {
    const rows = this.#tensors.row(`${report.kind} ${report.name}`, limit, exceeded);
    if (rows !== null && !report.reference) rows.show(report);
    return rows !== null;
  }

  /** Those that are shown. */
  save(): TensorReport[] {
    return [...this.#tensors.entries()].flatMap(([, { last }]) => last ?? []);
  }

  remove(): void {
    this.#tensors.remove();
  }
}

import { FreshRows, type Row } from '../series/index.ts';
import { BoundedRows } from './bounded-rows.ts';
import type { Exceeded } from './excess.ts';
import type { NamedSeries } from './named-series.ts';
import type { tensorMetrics } from './report-metrics.ts';
import type { RankLabels, ReportSeries } from './report-series.ts';
import type { TensorReport } from './reports.ts';

type TensorKey = keyof typeof tensorMetrics;

/** The series of one input or output: what its last report brought. */
class OneTensor {
  readonly #labels: RankLabels & { readonly kind: string; readonly name: string };
  readonly #named: NamedSeries;
  readonly #row: Row<TensorKey>;
  readonly #classes;
  readonly #held = { shown: 0, reference: 0 };
  /** As it is shown. */
  last: TensorReport | null = null;

  constructor(
    series: ReportSeries,
    named: NamedSeries,
    labels: RankLabels & { readonly kind: string; readonly name: string },
  ) {
    this.#labels = labels;
    this.#named = named;
    this.#row = series.tensors.row(labels);
    this.#classes = new FreshRows(series.tensorClasses);
  }

  /** Whether there was place for it. A reference is of other data: it is not shown, but somebody holds it to compare with. */
  take(report: TensorReport, exceeded: Exceeded): boolean {
    const of = report.reference ? 'reference' : 'shown';
    const size = sizeOf(report, this.#named);
    if (!this.#named.resize(this.#held[of], size, report.name, exceeded)) return false;
    this.#held[of] = size;
    if (!report.reference) this.#show(report);
    return true;
  }

  remove(): void {
    this.#row.remove();
    this.#classes.clear();
    this.#named.release(this.#held.shown + this.#held.reference);
  }

  #show(report: TensorReport): void {
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
}

/** In series: its own beside the first, and those of its bins; a bin of numbers has no name. */
function sizeOf({ name, distribution }: TensorReport, named: NamedSeries): number {
  const own = 3 * named.weigh(name);
  if (distribution === null) return own;
  if (!('classes' in distribution)) return own + distribution.counts.length;
  return distribution.classes.reduce((sum, each) => sum + named.weigh(name, each), own);
}

/** The series of the inputs and outputs of one rank's model. */
export class TensorRows {
  readonly #tensors: BoundedRows<OneTensor>;

  constructor(series: ReportSeries, named: NamedSeries, labels: RankLabels) {
    this.#tensors = new BoundedRows(named, 'max_tensors', (key) => {
      const at = key.indexOf(' ');
      return new OneTensor(series, named, { ...labels, kind: key.slice(0, at), name: key.slice(at + 1) });
    });
  }

  /** Whether there was place for it. */
  show(report: TensorReport, limit: number, exceeded: Exceeded): boolean {
    return this.#tensors.row(`${report.kind} ${report.name}`, limit, exceeded)?.take(report, exceeded) === true;
  }

  /** Those that are shown. */
  save(): TensorReport[] {
    return [...this.#tensors.entries()].flatMap(([, { last }]) => last ?? []);
  }

  remove(): void {
    this.#tensors.remove();
  }
}

import { FreshRows, type Row } from '../series/index.ts';
import type { Exceeded } from './excess.ts';
import type { RankLabels, ReportSeries } from './report-series.ts';
import { layerFields, type LayerField, type LayerReport } from './reports.ts';

/** The series of the layers of one rank, all of one step. */
export class LayerRows {
  readonly #labels: RankLabels;
  readonly #rows: FreshRows<LayerField, 'run' | 'rank' | 'layer'>;
  readonly #step: Row<'step'>;
  /** As it is shown. */
  #last: LayerReport | null = null;

  constructor(series: ReportSeries, labels: RankLabels) {
    this.#labels = labels;
    this.#rows = new FreshRows(series.layers);
    this.#step = series.layerSteps.row(labels);
  }

  /** A further report of the same step adds its layers, one of another step takes the place of all. Gives what of it was taken. */
  show(report: LayerReport, limit: number, exceeded: Exceeded): LayerReport {
    const before = report.step === this.#last?.step ? this.#last.layers : [];
    if (report.step !== this.#last?.step) {
      // What the report of another step does not bring is removed: nothing is held over from it.
      this.#rows.clear();
      this.#step.set('step', report.step);
    }
    const taken = report.layers.filter(({ name, values }) => {
      if (this.#rows.found >= limit) {
        exceeded({ option: 'max_layers', limit, name });
        return false;
      }
      const row = this.#rows.row({ ...this.#labels, layer: name });
      for (const field of layerFields) {
        const value = values[field];
        if (value !== undefined) row.set(field, value);
      }
      return true;
    });
    this.#last = { ...report, layers: [...before, ...taken] };
    return { ...report, layers: taken };
  }

  /** Those that are shown; null where none are. */
  save(): LayerReport | null {
    return this.#last;
  }

  remove(): void {
    this.#rows.clear();
    this.#step.remove();
  }
}

import { FreshRows, type Row } from '../series/index.ts';
import type { Exceeded } from './excess.ts';
import type { NamedSeries } from './named-series.ts';
import type { RankLabels, ReportSeries } from './report-series.ts';
import { layerFields, type Layer, type LayerField, type LayerReport } from './reports.ts';

/** The series of the layers of one rank, all of one step. */
export class LayerRows {
  readonly #labels: RankLabels;
  readonly #named: NamedSeries;
  readonly #rows: FreshRows<LayerField, 'run' | 'rank' | 'layer'>;
  readonly #step: Row<'step'>;
  #last: Pick<LayerReport, 'step' | 'time'> | null = null;
  /** As they are shown. */
  readonly #layers = new Map<string, Layer>();
  #held = 0;

  constructor(series: ReportSeries, named: NamedSeries, labels: RankLabels) {
    this.#labels = labels;
    this.#named = named;
    this.#rows = new FreshRows(series.layers);
    this.#step = series.layerSteps.row(labels);
  }

  /** A further report of the same step adds its layers, one of another step takes the place of all. Gives what of it was taken. */
  show(report: LayerReport, limit: number, exceeded: Exceeded): LayerReport {
    const { step, time } = report;
    if (step !== this.#last?.step) {
      // What the report of another step does not bring is removed: nothing is held over from it.
      this.#clear();
      this.#step.set('step', step);
    }
    this.#last = { step, time };
    return { ...report, layers: report.layers.filter((layer) => this.#take(layer, limit, exceeded)) };
  }

  /** Those that are shown; null where none are. */
  save(): LayerReport | null {
    return this.#last === null ? null : { ...this.#last, layers: [...this.#layers.values()] };
  }

  remove(): void {
    this.#clear();
    this.#step.remove();
  }

  #take({ name, values }: Layer, limit: number, exceeded: Exceeded): boolean {
    const before = this.#layers.get(name);
    if (before === undefined && this.#layers.size >= limit) {
      exceeded({ option: 'max_layers', limit, name });
      return false;
    }
    const known = { ...before?.values, ...values };
    const more = this.#named.weigh(name) * (sizeOf(known) - (before === undefined ? 0 : sizeOf(before.values)));
    if (!this.#named.resize(0, more, name, exceeded)) return false;
    this.#held += more;
    this.#layers.set(name, { name, values: known });
    const row = this.#rows.row({ ...this.#labels, layer: name });
    for (const field of layerFields) {
      const value = values[field];
      if (value !== undefined) row.set(field, value);
    }
    return true;
  }

  #clear(): void {
    this.#rows.clear();
    this.#layers.clear();
    this.#named.release(this.#held);
    this.#held = 0;
  }
}

/** In series; a layer of which nothing is told has its row all the same. */
function sizeOf(values: Layer['values']): number {
  return Math.max(1, Object.keys(values).length);
}

import type { Row } from '../series/index.ts';
import { BoundedRows } from './bounded-rows.ts';
import type { Exceeded } from './excess.ts';
import type { NamedSeries } from './named-series.ts';
import type { RunsOptions } from './options.ts';
import type { RankLabels, ReportSeries } from './report-series.ts';
import type { NormScope, StepDetails, Values } from './reports.ts';

/** The series of what few workers tell of a step: extras and auxiliary losses by name, and what the gradient norm is of. */
export class DetailRows {
  readonly #series: ReportSeries;
  readonly #labels: RankLabels;
  readonly #extras: BoundedRows<Row<'value'>>;
  readonly #losses: BoundedRows<Row<'value'>>;
  #scope: Row<'scope'> | null = null;
  #scopeName: NormScope | null = null;

  constructor(series: ReportSeries, named: NamedSeries, labels: RankLabels) {
    this.#series = series;
    this.#labels = labels;
    this.#extras = new BoundedRows(named, 'max_extras', (name) => series.extras.row({ ...labels, name }));
    this.#losses = new BoundedRows(named, 'max_auxiliary_losses', (name) =>
      series.auxiliaryLosses.row({ ...labels, name }),
    );
  }

  /** Shows the last values, and gives what of them was taken. */
  show(
    { extras, auxiliaryLosses, gradientNormScope }: StepDetails,
    limits: Pick<RunsOptions, 'max_extras' | 'max_auxiliary_losses'>,
    exceeded: Exceeded,
  ): StepDetails {
    if (gradientNormScope !== null) this.#showScope(gradientNormScope);
    return {
      gradientNormScope,
      extras: showValues(this.#extras, extras, limits.max_extras, exceeded),
      auxiliaryLosses: showValues(this.#losses, auxiliaryLosses, limits.max_auxiliary_losses, exceeded),
    };
  }

  /** The last values. */
  save(): StepDetails {
    return {
      gradientNormScope: this.#scopeName,
      extras: shownValues(this.#extras),
      auxiliaryLosses: shownValues(this.#losses),
    };
  }

  remove(): void {
    this.#extras.remove();
    this.#losses.remove();
    this.#scope?.remove();
  }

  #showScope(scope: NormScope): void {
    this.#scopeName = scope;
    const row = this.#series.scopes.row({ ...this.#labels, scope });
    if (row === this.#scope) return;
    this.#scope?.remove();
    this.#scope = row;
    row.set('scope', 1);
  }
}

function shownValues(rows: BoundedRows<Row<'value'>>): Values {
  return Object.fromEntries([...rows.entries()].map(([name, row]) => [name, row.get('value') ?? NaN]));
}

function showValues(rows: BoundedRows<Row<'value'>>, values: Values, limit: number, exceeded: Exceeded): Values {
  const taken: [string, number][] = [];
  for (const [name, value] of Object.entries(values)) {
    const row = rows.row(name, limit, exceeded);
    if (row === null) continue;
    row.set('value', value);
    taken.push([name, value]);
  }
  return Object.fromEntries(taken);
}

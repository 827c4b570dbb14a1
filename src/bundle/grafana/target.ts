import type { Vector } from '../promql/index.ts';
import { datasource, type Target } from './model.ts';

/** A query before its panel gives it a letter. */
export type Query = Omit<Target, 'refId'>;

/** A legend is made of templates of the labels that the expression has; one that names another does not compile. */
type Legend<Label extends string> = (label: Readonly<Record<Label, string>>) => string;

/** A line for each element over the time range. */
export function line<Label extends string>(expression: Vector<Label>, legend: Legend<Label>): Query {
  return query(expression, { legendFormat: written(expression, legend), format: 'time_series', instant: false });
}

/** The value at the end of the time range. */
export function latest<Label extends string>(expression: Vector<Label>, legend: Legend<Label>): Query {
  return query(expression, { legendFormat: written(expression, legend), format: 'time_series', instant: true });
}

/** A table row for each element, at the end of the time range. */
export function tableRows(expression: Vector): Query {
  return query(expression, { legendFormat: '', format: 'table', instant: true });
}

function query({ text }: Vector, rest: Pick<Target, 'legendFormat' | 'format' | 'instant'>): Query {
  return { datasource, expr: text, ...rest, range: !rest.instant };
}

function written<Label extends string>({ labels }: Vector<Label>, legend: Legend<Label>): string {
  return legend(Object.fromEntries(labels.map((label) => [label, `{{${label}}}`])) as Record<Label, string>);
}

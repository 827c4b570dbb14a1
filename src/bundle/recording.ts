import { type Matchers, type Selector, type Vector, select } from './promql/index.ts';

/**
 * A recording rule. Its name says level, metric and operation: https://prometheus.io/docs/practices/rules/
 * The level names what is left of the labels beside `cluster`.
 */
export interface Recording<
  Label extends string = string,
  Name extends `${string}:${string}:${string}` = `${string}:${string}:${string}`,
> {
  readonly record: Name;
  readonly expression: Vector<Label>;
}

export function recording<Label extends string, const Name extends `${string}:${string}:${string}`>(
  record: Name,
  expression: Vector<Label>,
): Recording<Label, Name> {
  return { record, expression };
}

/** The series that a rule records. */
export function recorded<Label extends string, Name extends `${string}:${string}:${string}`>(
  { record, expression }: Recording<Label, Name>,
  matchers: Matchers<Label> = {},
): Selector<Label, Name> {
  return select(record, expression.labels, matchers);
}

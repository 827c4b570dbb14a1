/**
 * A PromQL expression and the labels that its elements can carry. The labels are types as well, so an aggregation or a join over a
 * label that is not there does not compile.
 */
export interface Vector<Label extends string = string> {
  readonly text: string;
  readonly labels: readonly Label[];
  /** A binary operation: it is put in parentheses where it is an operand. */
  readonly compound?: true;
}

/** A series selector: the only thing that a range can follow. */
export interface Selector<Label extends string = string, Name extends string = string> extends Vector<Label> {
  readonly metric: Name;
}

const widest = 100;

/** `name(argument)`, over several lines where it is long. */
export function call(name: string, ...values: readonly (string | Vector)[]): string {
  const texts = values.map((value) => (typeof value === 'string' ? value : value.text));
  const short = `${name}(${texts.join(', ')})`;
  return fits(short) ? short : `${name}(\n${texts.map(indent).join(',\n')}\n)`;
}

/** `left operator right`, over several lines where it is long. A number, or the text of a scalar, stays beside its operator. */
export function operation(left: Vector | string, operator: string, right: Vector | number): string {
  const [a, b] = [operand(left), operand(right)];
  const short = `${a} ${operator} ${b}`;
  if (typeof left === 'string' || typeof right === 'number' || fits(short)) return short;
  return `${indent(a)}\n${operator}\n${indent(b)}`;
}

/** The expression on one line, for places that have no room for more. */
export function oneLine(vector: Vector): string {
  return vector.text.trim().replaceAll(/\n\s*/g, ' ').replaceAll(/\( /g, '(').replaceAll(/ \)/g, ')');
}

function operand(value: Vector | string | number): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return value === Infinity ? 'Inf' : String(value);
  return value.compound ? call('', value) : value.text;
}

function fits(text: string): boolean {
  return text.length <= widest && !text.includes('\n');
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

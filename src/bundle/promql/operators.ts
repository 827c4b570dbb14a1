import { call, operation, type Selector, type Vector } from './vector.ts';

// Every aggregation and every join keeps the label `cluster`: one Prometheus (or Thanos, Mimir) may hold several clusters, and names
// of runs and nodes repeat among them.

type Aggregation = 'min' | 'max' | 'sum' | 'count';

export function aggregate<Label extends string, Kept extends Label>(
  aggregation: Aggregation,
  by: readonly Kept[],
  vector: Vector<Label | 'cluster'>,
): Vector<Kept | 'cluster'> {
  return { labels: withCluster(by), text: call(`${aggregation} by ${list(withCluster(by))} `, vector) };
}

export function median<Label extends string, Kept extends Label>(
  by: readonly Kept[],
  vector: Vector<Label | 'cluster'>,
): Vector<Kept | 'cluster'> {
  return { labels: withCluster(by), text: call(`quantile by ${list(withCluster(by))} `, '0.5', vector) };
}

/** The element with the lowest value. */
export function lowest<Label extends string>(vector: Vector<Label>): Vector<Label> {
  return { labels: vector.labels, text: call('bottomk', '1', vector) };
}

/** The element with the highest value. */
export function highest<Label extends string>(vector: Vector<Label>): Vector<Label> {
  return { labels: vector.labels, text: call('topk', '1', vector) };
}

/** Rise per second of a counter; that of a gauge does not compile. */
export function rate<Label extends string, Name extends `${string}_total`>(
  counter: Selector<Label, Name>,
  window: string,
): Vector<Label> {
  return { labels: counter.labels, text: `rate(${counter.text}[${window}])` };
}

/** Rise of a counter over the window. */
export function increase<Label extends string, Name extends `${string}_total`>(
  counter: Selector<Label, Name>,
  window: string,
): Vector<Label> {
  return { labels: counter.labels, text: `increase(${counter.text}[${window}])` };
}

export function lastOverTime<Label extends string>(selector: Selector<Label>, window: string): Vector<Label> {
  return { labels: selector.labels, text: `last_over_time(${selector.text}[${window}])` };
}

/** One element without labels. */
export function constant(value: number): Vector<never> {
  return { labels: [], text: `vector(${value})` };
}

/** Seconds since a time stamp. */
export function age<Label extends string>(timestamp: Vector<Label>): Vector<Label> {
  return { labels: timestamp.labels, text: operation('time()', '-', timestamp), compound: true };
}

/** Arithmetic with a number, or a comparison that drops the elements for which it does not hold. */
export function scalar<Label extends string>(
  vector: Vector<Label>,
  operator: '*' | '>=' | '>' | '<' | '==',
  value: number,
): Vector<Label> {
  return { labels: vector.labels, text: operation(vector, operator, value), compound: true };
}

/** Arithmetic between elements with the same labels. */
export function arithmetic<Label extends string>(
  left: Vector<Label>,
  operator: '+' | '-' | '/',
  right: Vector<Label>,
): Vector<Label> {
  return { labels: left.labels, text: operation(left, operator, right), compound: true };
}

/** One minus each element. */
export function complement<Label extends string>(vector: Vector<Label>): Vector<Label> {
  return { labels: vector.labels, text: operation('1', '-', vector), compound: true };
}

/** Elements of `left` that have (`and`), or do not have (`unless`), a partner in `right`. */
export function filter<Left extends string, Right extends string>(
  left: Vector<Left>,
  operator: 'and' | 'unless',
  on: readonly (Left & Right)[],
  right: Vector<Right>,
): Vector<Left> {
  const text = operation(left, `${operator} on ${list(withCluster<string>(on))}`, right);
  return { labels: left.labels, text, compound: true };
}

/** Elements of `left`, and those of `right` that have no partner in it. */
export function or<Left extends string, Right extends string>(
  left: Vector<Left>,
  right: Vector<Right>,
  on: readonly (Left & Right)[],
): Vector<Left | Right> {
  const labels = [...new Set<Left | Right>([...left.labels, ...right.labels])];
  return { labels, text: operation(left, `or on ${list(withCluster<string>(on))}`, right), compound: true };
}

/** All elements of all, which differ in some label. */
export function union<Label extends string>(first: Vector<Label>, ...others: readonly Vector<Label>[]): Vector<Label> {
  // `or` binds least, so nothing needs parentheses; what takes several lines has them for the reader.
  const parts = [first, ...others].map((part) => (part.text.includes('\n') ? call('', part) : part.text));
  return { labels: first.labels, text: parts.join('\nor\n'), compound: true };
}

/** Each of `many` with the labels `taken` and the product with its one partner. An info metric is 1, so the value stays. */
export function joined<Many extends string, One extends string, Taken extends One>(
  many: Vector<Many>,
  on: readonly (Many & One)[],
  taken: readonly Taken[],
  one: Vector<One>,
): Vector<Many | Taken> {
  const text = operation(many, `* on ${list(withCluster<string>(on))} group_left ${list(taken)}`, one);
  return { labels: [...new Set<Many | Taken>([...many.labels, ...taken])], text, compound: true };
}

/** Those of `many` whose value is that of their one partner, or at most that. */
export function compared<Many extends string, One extends string>(
  many: Vector<Many>,
  operator: '==' | '<=',
  on: readonly (Many & One)[],
  one: Vector<One>,
): Vector<Many> {
  const text = operation(many, `${operator} on ${list(withCluster<string>(on))} group_left ()`, one);
  return { labels: many.labels, text, compound: true };
}

function withCluster<Label extends string>(labels: readonly Label[]): (Label | 'cluster')[] {
  return [...new Set<Label | 'cluster'>(['cluster', ...labels])];
}

function list(labels: readonly string[]): string {
  return `(${labels.join(', ')})`;
}

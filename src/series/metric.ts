/**
 * A metric is declared once, beside the code that fills it. Its name and its labels are literal types, so a rule or a dashboard
 * panel that misspells one does not compile.
 */

/** The families of names, see docs/architecture.md. */
export type MetricName =
  `gradwatch_${'node' | 'gpu' | 'run' | 'rank' | 'train' | 'serving' | 'finding' | 'findings' | 'exporter'}_${string}`;

/**
 * `info` is a constant 1 whose labels carry facts; `states` is one 0/1 series per state, all states always present.
 * Both are written as gauges in the text format.
 */
export type MetricType = 'gauge' | 'counter' | 'info' | 'states' | 'histogram';

export interface Metric<Name extends string = string, Label extends string = string> {
  readonly name: Name;
  readonly type: MetricType;
  /** One sentence for the HELP line, without a full stop. */
  readonly help: string;
  /** Labels in the order in which they are written. */
  readonly labels: readonly Label[];
  /** The values of the label `state`, for type `states` only. */
  readonly states?: readonly string[];
  /** Upper bounds of the buckets, rising, for type `histogram` only. */
  readonly bounds?: readonly number[];
}

interface Described<Label extends string> {
  readonly help: string;
  readonly labels?: readonly Label[];
}

export function gauge<const Name extends MetricName, const Label extends string = never>(
  name: Name,
  { help, labels = [] }: Described<Label>,
): Metric<Name, Label> {
  return { name, type: 'gauge', help, labels };
}

/** A value that only rises, from 0 at the start of the exporter or from where its source counts. */
export function counter<const Name extends MetricName & `${string}_total`, const Label extends string = never>(
  name: Name,
  { help, labels = [] }: Described<Label>,
): Metric<Name, Label> {
  return { name, type: 'counter', help, labels };
}

export function info<const Name extends MetricName & `${string}_info`, const Label extends string = never>(
  name: Name,
  { help, labels = [] }: Described<Label>,
): Metric<Name, Label> {
  return { name, type: 'info', help, labels };
}

/** One 0/1 series per state. The label `state` comes last and is not listed in `labels`. */
export function states<const Name extends MetricName & `${string}_state`, const Label extends string = never>(
  name: Name,
  { help, labels = [], states }: Described<Label> & { readonly states: readonly string[] },
): Metric<Name, Label | 'state'> {
  return { name, type: 'states', help, labels: [...labels, 'state'], states };
}

/** Counts of values up to each bound and of all, and their sum: `_bucket`, `_count` and `_sum`. */
export function histogram<const Name extends MetricName, const Label extends string = never>(
  name: Name,
  { help, labels = [], bounds }: Described<Label> & { readonly bounds: readonly number[] },
): Metric<Name, Label> {
  return { name, type: 'histogram', help, labels, bounds };
}

const unitSuffixes = ['seconds', 'bytes', 'ratio', 'celsius', 'watts', 'hertz', 'volts', 'joules'] as const;
export type Unit = (typeof unitSuffixes)[number];

/** The base unit that a name ends with (before `_total`), or null for counts and states. */
export function unitOf(name: string): Unit | null {
  const stem = name.replace(/_total$/, '');
  return unitSuffixes.find((unit) => stem.endsWith(`_${unit}`)) ?? null;
}

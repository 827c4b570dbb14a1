import type { InferOutput } from 'valibot';
import type { DetectorFacts, DetectorOptions, DetectorSchema, Verdict } from './detector.ts';

/** One series of single values: a metric of the node, of a GPU, or of a rank. */
export interface ScalarSource {
  /** The name of the metric; of what a script reports by a name of its own, that name. */
  readonly name: string;
  readonly run: string | null;
  readonly rank: number | null;
  /** The GPU that it is of. */
  readonly uuid: string | null;
  /** Whose it is, within a sentence: "rank 3", "GPU-8f6d…", "the node". */
  readonly owner: string;
}

export interface ScalarPoint {
  /** Unix seconds. */
  readonly time: number;
  readonly value: number;
  /** The step that brought it; null for what was read from the machine. */
  readonly step: number | null;
  /**
   * The most that the value can be, where a series tells it: for `…_used_bytes` the `…_total_bytes` of the same labels, for memory of a
   * rank what its machine has.
   */
  readonly capacity: number | null;
  /** Where others take of the same capacity: what all take together. Absent or null where it is not known, or the owner's alone. */
  readonly pool?: number | null;
}

export interface ScalarOptions extends DetectorOptions {
  /** Names of metrics, and of what scripts name themselves, that are judged; `*` for any characters, separated by commas. */
  readonly series: string;
}

/** What every detector over single values is, for lists of detectors. */
export interface AnyScalarDetector extends DetectorFacts {
  readonly options: DetectorSchema;
  start(options: ScalarOptions): object;
  observe(state: unknown, point: ScalarPoint, source: ScalarSource, options: ScalarOptions): Verdict;
}

/**
 * A detector over the values of one series in the order of time, a pure function of (state, point, options), whatever it is that the
 * series measures. State is mutable and owned by the caller, one for each series; its size is bounded.
 */
export interface ScalarDetector<
  Kind extends string,
  State extends object,
  Schema extends DetectorSchema,
> extends AnyScalarDetector {
  readonly kind: Kind;
  readonly options: Schema;
  start(options: InferOutput<Schema>): State;
  observe(state: State, point: ScalarPoint, source: ScalarSource, options: InferOutput<Schema>): Verdict;
}

/** Gives a detector's declaration its exact types, so that names and options are checked where it is written. */
export function scalarDetector<const Kind extends string, State extends object, Schema extends DetectorSchema>(
  detector: ScalarDetector<Kind, State, Schema>,
): ScalarDetector<Kind, State, Schema> {
  return detector;
}

/** Whether an option means a series: by its name, or by that of its metric where a script gave it a name of its own. */
export function seriesMeant(list: string): (name: string, metric?: string) => boolean {
  const means = namePattern(list);
  return (name, metric = name) => means(name) || means(metric);
}

/** Whether a name is one of those that a list of patterns means. */
export function namePattern(list: string): (name: string) => boolean {
  const patterns = list
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const expression = patterns.map((text) => text.split('*').map(escaped).join('.*')).join('|');
  const matches = new RegExp(`^(?:${expression})$`);
  return (name) => patterns.length > 0 && matches.test(name);
}

function escaped(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
}

import * as v from 'valibot';

/**
 * An option is declared beside the code that reads it: its type, its default, its bounds and one sentence of help. The same
 * declaration checks the configuration file, environment variables and flags, and writes the reference.
 */
export type Option<Value> = v.GenericSchema<unknown, Value>;

/** What the reference and `--help` say of an option. */
export interface OptionFacts {
  readonly help: string;
  /** What is accepted, in words: "a duration from 100ms to 1h". */
  readonly expected: string;
  /** As one would write it in the file; null where the option is not set by default. */
  readonly default: string | null;
  /** All that is accepted, where these are few words. */
  readonly words?: readonly string[];
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A number within bounds, both included. */
export function number(spec: Bounds & { readonly default: number; readonly help: string }): Option<number> {
  const expected = `a number from ${spec.min} to ${spec.max}`;
  const facts = { help: spec.help, expected, default: String(spec.default) };
  return described(facts, (raw) => within(spec, numberOf(raw)));
}

/** A whole number within bounds, both included; the default null means that the option is not set. */
export function integer(spec: Bounds & { readonly default: number; readonly help: string }): Option<number>;
export function integer(spec: Bounds & { readonly default: null; readonly help: string }): Option<number | undefined>;
export function integer(
  spec: Bounds & { readonly default: number | null; readonly help: string },
): Option<number | undefined> {
  const expected = `a whole number from ${spec.min} to ${spec.max}`;
  const facts = { help: spec.help, expected, default: spec.default === null ? null : String(spec.default) };
  return described<number | undefined>(facts, (raw) => {
    const value = within(spec, numberOf(raw));
    return Number.isInteger(value) ? value : undefined;
  });
}

const durationUnits: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration such as `500ms`, `15s`, `1h30m`; null where the text is none. */
export function parseDuration(text: string): number | null {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) return null;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (durationUnits[unit ?? ''] ?? NaN), 0);
}

/** A duration such as `15s` or `1h30m`, read into seconds. */
export function duration(spec: {
  readonly default: string;
  readonly min: string;
  readonly max: string;
  readonly help: string;
}): Option<number> {
  const bounds = { min: parseDuration(spec.min) ?? NaN, max: parseDuration(spec.max) ?? NaN };
  const facts = { help: spec.help, expected: `a duration from ${spec.min} to ${spec.max}`, default: spec.default };
  return described(facts, (raw) => within(bounds, typeof raw === 'string' ? parseDuration(raw) : null));
}

/** Text, which may have to be of a form; the default null means that the option is not set. */
export function text(spec: {
  readonly default: string;
  readonly help: string;
  readonly expected?: string;
  readonly accepts?: (text: string) => boolean;
}): Option<string>;
export function text(spec: {
  readonly default: null;
  readonly help: string;
  readonly expected?: string;
  readonly accepts?: (text: string) => boolean;
}): Option<string | undefined>;
export function text(spec: {
  readonly default: string | null;
  readonly help: string;
  readonly expected?: string;
  readonly accepts?: (text: string) => boolean;
}): Option<string | undefined> {
  const { expected = 'text', accepts = () => true } = spec;
  return described<string | undefined>({ help: spec.help, expected, default: spec.default }, (raw) =>
    typeof raw === 'string' && raw !== '' && accepts(raw) ? raw : undefined,
  );
}

/**
 * Texts: in the file a list or, as in the environment and flags, one text with commas between them; `none` is a list of none. An item with
 * a comma in it is to be written as one of a list.
 */
export function list(spec: {
  readonly default: string;
  readonly help: string;
  /** What the items are: "paths of directories". */
  readonly of: string;
  readonly accepts?: (item: string) => boolean;
}): Option<readonly string[]> {
  const { accepts = () => true } = spec;
  const facts = {
    help: spec.help,
    expected: `${spec.of}, separated by commas or as a list, or none`,
    default: spec.default,
  };
  return described<readonly string[]>(facts, (raw) => {
    if (raw === 'none') return [];
    const items: readonly unknown[] = typeof raw === 'string' ? raw.split(',') : Array.isArray(raw) ? raw : [''];
    const texts = items.flatMap((item) => (typeof item === 'string' && item.trim() !== '' ? [item.trim()] : []));
    if (texts.length < items.length) return undefined;
    const strange = texts.find((item) => !accepts(item));
    return strange === undefined ? texts : new Strange(strange);
  });
}

/** `true` or `false`. */
export function flag(spec: { readonly default: boolean; readonly help: string }): Option<boolean> {
  const facts = { help: spec.help, expected: 'true or false', default: String(spec.default), words: [...words.keys()] };
  return described(facts, (raw) =>
    typeof raw === 'string' ? words.get(raw) : typeof raw === 'boolean' ? raw : undefined,
  );
}

const words: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

/** One of a few words. */
export function choice<const Word extends string>(spec: {
  readonly of: readonly Word[];
  readonly default: Word;
  readonly help: string;
}): Option<Word> {
  const facts = { help: spec.help, expected: `one of ${spec.of.join(', ')}`, default: spec.default, words: spec.of };
  return described(facts, (raw) => spec.of.find((word) => word === raw));
}

/**
 * A group of options: in the file a mapping, in the names of flags and environment variables a level. Unknown keys are refused.
 * The reader supplies `{}` for a group that is not mentioned, so that the defaults within it apply.
 */
export function options<const Entries extends Readonly<Record<string, v.GenericSchema>>>(
  entries: Entries,
): v.StrictObjectSchema<Entries, undefined> {
  return v.strictObject(entries);
}

/** The value that a declared option or group is read into. */
export type OptionValue<Declared extends v.GenericSchema> = v.InferOutput<Declared>;

const anything = v.unknown();

/** The item of a list that is not accepted. */
class Strange {
  readonly item: string;

  constructor(item: string) {
    this.item = item;
  }
}

/**
 * One step of reading and not a pipe of many: there are hundreds of options, and their schemas stay in memory.
 * @param read gives undefined for what is not accepted
 */
function described<Value>(facts: OptionFacts, read: (raw: unknown) => Value | Strange | undefined): Option<Value> {
  const schema = v.pipe(
    anything,
    v.rawTransform<unknown, Value>(({ dataset, addIssue, NEVER }) => {
      const isPlain = !holdsNul(dataset.value);
      const value = isPlain ? read(dataset.value) : undefined;
      if (value instanceof Strange) addIssue({ message: `${facts.expected}; ${JSON.stringify(value.item)} is not` });
      else if (value !== undefined) return value;
      else addIssue({ message: isPlain ? facts.expected : `${facts.expected}, without NUL characters` });
      return NEVER;
    }),
    v.metadata({ ...facts }),
  );
  return (facts.default === null ? v.optional(schema) : v.optional(schema, facts.default)) as unknown as Option<Value>;
}

/** No path and no argument of a program can hold one: execve(2) and open(2) end them there. */
function holdsNul(raw: unknown): boolean {
  return [raw].flat().some((item) => typeof item === 'string' && item.includes('\0'));
}

function numberOf(raw: unknown): number | null {
  const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
  return typeof value === 'number' ? value : null;
}

function within({ min, max }: Bounds, value: number | null): number | undefined {
  return value !== null && value >= min && value <= max ? value : undefined;
}

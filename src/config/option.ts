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
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A number within bounds, both included. */
export function number(spec: Bounds & { readonly default: number; readonly help: string }): Option<number> {
  const expected = `a number from ${spec.min} to ${spec.max}`;
  const schema = v.pipe(
    v.unknown(),
    v.transform((raw) => (typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw)),
    v.number(expected),
    v.check((value) => value >= spec.min && value <= spec.max, expected),
  );
  return described(schema, { help: spec.help, expected, default: String(spec.default) });
}

/** A whole number within bounds, both included; the default null means that the option is not set. */
export function integer(spec: Bounds & { readonly default: number; readonly help: string }): Option<number>;
export function integer(spec: Bounds & { readonly default: null; readonly help: string }): Option<number | undefined>;
export function integer(
  spec: Bounds & { readonly default: number | null; readonly help: string },
): Option<number | undefined> {
  const expected = `a whole number from ${spec.min} to ${spec.max}`;
  const schema = v.pipe(
    v.unknown(),
    v.transform((raw) => (typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw)),
    v.number(expected),
    v.check((value) => Number.isInteger(value) && value >= spec.min && value <= spec.max, expected),
  );
  const fallback = spec.default === null ? null : String(spec.default);
  return described<number | undefined>(schema, { help: spec.help, expected, default: fallback });
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
  const [min, max] = [parseDuration(spec.min) ?? NaN, parseDuration(spec.max) ?? NaN];
  const expected = `a duration from ${spec.min} to ${spec.max}`;
  const schema = v.pipe(
    v.string(expected),
    v.transform(parseDuration),
    v.number(expected),
    v.check((seconds) => seconds >= min && seconds <= max, expected),
  );
  return described(schema, { help: spec.help, expected, default: spec.default });
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
  const schema = v.pipe(v.string(expected), v.minLength(1, expected), v.check(accepts, expected));
  return described<string | undefined>(schema, { help: spec.help, expected, default: spec.default });
}

/** `true` or `false`. */
export function flag(spec: { readonly default: boolean; readonly help: string }): Option<boolean> {
  const expected = 'true or false';
  const schema = v.pipe(
    v.unknown(),
    v.transform((raw) => (raw === 'true' ? true : raw === 'false' ? false : raw)),
    v.boolean(expected),
  );
  return described(schema, { help: spec.help, expected, default: String(spec.default) });
}

/** One of a few words. */
export function choice<const Word extends string>(spec: {
  readonly of: readonly Word[];
  readonly default: Word;
  readonly help: string;
}): Option<Word> {
  const expected = `one of ${spec.of.join(', ')}`;
  return described(v.picklist(spec.of, expected), { help: spec.help, expected, default: spec.default });
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

function described<Value>(schema: v.GenericSchema<unknown, Value>, facts: OptionFacts): Option<Value> {
  const named = v.pipe(schema, v.metadata({ ...facts }));
  return (facts.default === null ? v.optional(named) : v.optional(named, facts.default)) as unknown as Option<Value>;
}

import * as v from 'valibot';
import { unknownVariables } from './environment.ts';
import { bounded, type Mistake } from './mistake.ts';
import type { OptionFacts } from './option.ts';
import { isMapping, readYaml, type NamedText } from './read-yaml.ts';
import { contents, find, groupAt, put, remove, type Scalar, type Tree } from './tree.ts';

/** Where configuration comes from, in the order of precedence: flags over environment over file. */
export interface Sources {
  readonly file?: NamedText;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** By key path, for example `gpu.interval`. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
}

export type Read<Value> =
  | { readonly value: Value }
  | {
      readonly mistakes: readonly Mistake[];
      /** All that is right, with defaults in the place of what is not; null where that leaves nothing to read. */
      readonly rest: Value | null;
      /** The key paths of the options that have such a default. */
      readonly mistaken: readonly string[];
    };

/** An option with the names under which it can be set. */
export interface Leaf extends OptionFacts {
  /** Key path in the file, and name of the flag. */
  readonly path: string;
  /** Name of the environment variable. */
  readonly variable: string;
}

/** All options of a schema, in the order of declaration. */
export function leaves(schema: v.GenericSchema, path: readonly string[] = []): readonly Leaf[] {
  if (isGroup(schema)) {
    return Object.entries(schema.entries).flatMap(([key, entry]) => leaves(entry, [...path, key]));
  }
  const facts = v.getMetadata(unwrap(schema)) as unknown as OptionFacts;
  return [{ ...facts, path: path.join('.'), variable: ['GRADWATCH', ...path].join('_').toUpperCase() }];
}

/** Reads a configuration. All mistakes of all sources are reported together. */
export function readConfig<Schema extends Group>(schema: Schema, sources: Sources): Read<v.InferOutput<Schema>> {
  const mistakes: Mistake[] = [];
  const tree: Tree = new Map();
  if (sources.file !== undefined) {
    const read = readYaml(sources.file);
    if ('mistakes' in read) mistakes.push(...read.mistakes);
    else graft(tree, read.content, [], sources.file.name);
  }
  // Groups come from the file alone: environment and flags name options.
  const inFile = (path: string): string => (sources.file === undefined ? path : `${sources.file.name}: ${path}`);
  const known = leaves(schema);
  const override = (path: readonly string[], scalar: Scalar): void => {
    // What a stronger source hides would be told only once that is gone.
    mistakes.push(...hiddenMistakes(schema, tree, path, inFile));
    put(tree, path, scalar);
  };
  for (const { path, variable } of known) {
    const value = sources.environment?.[variable];
    if (value !== undefined) override(path.split('.'), { where: variable, value });
  }
  mistakes.push(...unknownVariables(sources.environment ?? {}, known));
  for (const [path, value] of Object.entries(sources.flags ?? {})) {
    if (value !== undefined) override(path.split('.'), { where: `--${path}`, value });
  }
  mistakes.push(...bounded(sources.file?.name ?? '', strangers(schema, tree, [], inFile)));
  const result = v.safeParse(schema, plain(schema, tree));
  if (result.success && mistakes.length === 0) return { value: result.output };
  for (const issue of result.issues ?? []) {
    const path = (issue.path ?? []).map((item) => String(item.key));
    const found = find(tree, path);
    const scalar = found instanceof Map ? undefined : found;
    mistakes.push({
      where: scalar?.where ?? inFile(path.join('.')),
      value: scalar !== undefined ? scalar.value : found === undefined ? (issue.input ?? 'nothing') : 'a group of keys',
      expected: issue.type === 'strict_object' ? 'a group of keys' : issue.message,
    });
  }
  const mistaken = (result.issues ?? []).map((issue) => (issue.path ?? []).map((item) => String(item.key)));
  for (const path of mistaken) remove(tree, path);
  const rest = v.safeParse(schema, plain(schema, tree));
  return { mistakes, rest: rest.success ? rest.output : null, mistaken: mistaken.map((path) => path.join('.')) };
}

function graft(tree: Tree, content: Readonly<Record<string, unknown>>, path: readonly string[], file: string): void {
  for (const [key, value] of Object.entries(content)) {
    const here = [...path, key];
    if (isMapping(value)) {
      groupAt(tree, here);
      graft(tree, value, here, file);
    } else {
      put(tree, here, { where: `${file}: ${here.join('.')}`, value });
    }
  }
}

/** What is wrong with what a stronger source is about to take the place of: the value of an option, or what stands for its groups. */
function hiddenMistakes(
  schema: v.GenericSchema,
  tree: Tree,
  path: readonly string[],
  inFile: (path: string) => string,
): Mistake[] {
  let option = schema;
  let found: Tree | Scalar | undefined = tree;
  for (const key of path) {
    if (!(found instanceof Map)) break;
    option = (isGroup(option) && option.entries[key]) || option;
    found = found.get(key);
  }
  if (found === undefined) return [];
  if (found instanceof Map) {
    const { issues = [] } = v.safeParse(option, contents(found));
    return issues.map(({ message }) => ({
      where: inFile(path.join('.')),
      value: 'a group of keys',
      expected: message,
    }));
  }
  if (found.value === null) return [];
  if (isGroup(option)) return [{ ...found, expected: 'a group of keys' }];
  const { issues = [] } = v.safeParse(option, found.value);
  return issues.map(({ message }) => ({ ...found, expected: message }));
}

/** Keys that are no options, each with those that could have been meant. */
function strangers(
  schema: v.GenericSchema,
  tree: Tree,
  path: readonly string[],
  inFile: (path: string) => string,
): Mistake[] {
  if (!isGroup(schema)) return [];
  const siblings = Object.keys(schema.entries).map((name) => [...path, name].join('.'));
  const expected = `no such key; there are ${siblings.join(', ')}`;
  return [...tree].flatMap(([key, value]) => {
    const here = [...path, key];
    const entry = Object.hasOwn(schema.entries, key) ? schema.entries[key] : undefined;
    if (entry !== undefined) return value instanceof Map ? strangers(entry, value, here, inFile) : [];
    const scalar = value instanceof Map ? undefined : value;
    return {
      where: scalar?.where ?? inFile(here.join('.')),
      value: scalar === undefined ? 'a group of keys' : scalar.value,
      expected,
    };
  });
}

/**
 * The known part of the tree as plain objects, with an empty group where none is mentioned, so that the defaults apply. A key without a
 * value is a group whose lines are all commented out, or an option that is left as it is.
 */
function plain(schema: Group, tree: Tree): Record<string, unknown> {
  const given: [string, unknown][] = [];
  for (const [key, entry] of Object.entries(schema.entries)) {
    const found = tree.get(key);
    const isSilent = found === undefined || (!(found instanceof Map) && found.value === null);
    if (isGroup(entry)) {
      if (isSilent) given.push([key, plain(entry, new Map())]);
      // Nothing else is a group. A list would pass for one.
      else given.push([key, found instanceof Map ? plain(entry, found) : null]);
    } else if (!isSilent) given.push([key, found instanceof Map ? contents(found) : found.value]);
  }
  return Object.fromEntries(given);
}

export type Group = v.StrictObjectSchema<Record<string, v.GenericSchema>, undefined>;

function isGroup(schema: v.GenericSchema): schema is Group {
  return schema.type === 'strict_object';
}

function unwrap(schema: v.GenericSchema): v.GenericSchema {
  return 'wrapped' in schema ? (schema.wrapped as v.GenericSchema) : schema;
}

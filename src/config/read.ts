import * as v from 'valibot';
import { LineCounter, parseDocument } from 'yaml';
import { misspelt } from './environment.ts';
import type { OptionFacts } from './option.ts';

/** Where configuration comes from, in the order of precedence: flags over environment over file. */
export interface Sources {
  readonly file?: { readonly name: string; readonly text: string };
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** By key path, for example `gpu.interval`. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
}

/** One mistake, told so that it can be mended without looking anything up. */
export interface Mistake {
  /** The file and the key path, the name of the variable or of the flag: what the reader has to look for. */
  readonly where: string;
  readonly value: unknown;
  readonly expected: string;
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

type Tree = Map<string, Tree | Scalar>;
interface Scalar {
  readonly where: string;
  readonly value: unknown;
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
  if (sources.file !== undefined) mistakes.push(...readFile(sources.file, tree));
  const known = leaves(schema);
  const override = (path: readonly string[], scalar: Scalar): void => {
    // What a stronger source hides would be told only once that is gone.
    mistakes.push(...mistakesOf(schema, path, find(tree, path)));
    put(tree, path, scalar);
  };
  for (const { path, variable } of known) {
    const value = sources.environment?.[variable];
    if (value !== undefined) override(path.split('.'), { where: variable, value });
  }
  mistakes.push(...misspelt(sources.environment ?? {}, known));
  for (const [path, value] of Object.entries(sources.flags ?? {})) {
    if (value !== undefined) override(path.split('.'), { where: `--${path}`, value });
  }
  // Groups come from the file alone: environment and flags name options.
  const inFile = (path: string): string => (sources.file === undefined ? path : `${sources.file.name}: ${path}`);
  mistakes.push(...strangers(schema, tree, [], inFile));
  const result = v.safeParse(schema, plain(schema, tree));
  if (result.success && mistakes.length === 0) return { value: result.output };
  for (const issue of result.issues ?? []) {
    const path = (issue.path ?? []).map((item) => String(item.key));
    const found = find(tree, path);
    const scalar = found instanceof Map ? undefined : found;
    mistakes.push({
      where: scalar?.where ?? inFile(path.join('.')),
      value: scalar?.value ?? (found === undefined ? (issue.input ?? 'nothing') : 'a group of keys'),
      expected: issue.type === 'strict_object' ? 'a group of keys' : issue.message,
    });
  }
  const mistaken = (result.issues ?? []).map((issue) => (issue.path ?? []).map((item) => String(item.key)));
  for (const path of mistaken) remove(tree, path);
  const rest = v.safeParse(schema, plain(schema, tree));
  return { mistakes, rest: rest.success ? rest.output : null, mistaken: mistaken.map((path) => path.join('.')) };
}

/** One line for each mistake. */
export function explain({ where, value, expected }: Mistake): string {
  // Text that one would not see is put in quotes.
  const shown = typeof value === 'string' && value !== '' && value.trim() === value ? value : JSON.stringify(value);
  return `${where}: found ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}, expected ${expected}`;
}

function readFile(file: { readonly name: string; readonly text: string }, tree: Tree): Mistake[] {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines });
  const mistakes = document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return {
      where: `${file.name}:${line}:${col}`,
      value: error.code,
      // The position is told already, and its colon announces an excerpt.
      expected: `valid YAML (${firstLine(error.message).replace(/ at line \d+, column \d+:?$/, '')})`,
    };
  });
  if (mistakes.length > 0) return mistakes;
  const content: unknown = document.toJS();
  if (content === null || content === undefined) return [];
  if (!isMapping(content)) return [{ where: file.name, value: content, expected: 'a mapping of keys at the top' }];
  graft(tree, content, [], file.name);
  return [];
}

function graft(tree: Tree, content: Record<string, unknown>, path: readonly string[], file: string): void {
  for (const [key, value] of Object.entries(content)) {
    const here = [...path, key];
    // A key without a value is a group whose lines are all commented out.
    if (value === null) continue;
    if (isMapping(value)) {
      groupAt(tree, here);
      graft(tree, value, here, file);
    } else {
      put(tree, here, { where: `${file}: ${here.join('.')}`, value });
    }
  }
}

function put(tree: Tree, path: readonly string[], scalar: Scalar): void {
  groupAt(tree, path.slice(0, -1)).set(path.at(-1) ?? '', scalar);
}

/** The group at a path, made where there is none; it takes the place of a scalar, which a stronger source then overrides. */
function groupAt(tree: Tree, path: readonly string[]): Tree {
  let here = tree;
  for (const key of path) {
    let next = here.get(key);
    if (!(next instanceof Map)) {
      next = new Map();
      here.set(key, next);
    }
    here = next;
  }
  return here;
}

function find(tree: Tree, path: readonly string[]): Tree | Scalar | undefined {
  let here: Tree | Scalar | undefined = tree;
  for (const key of path) here = here instanceof Map ? here.get(key) : undefined;
  return here;
}

/** What is wrong with the value of one option. */
function mistakesOf(schema: v.GenericSchema, path: readonly string[], found: Tree | Scalar | undefined): Mistake[] {
  if (found === undefined || found instanceof Map) return [];
  let option: v.GenericSchema | undefined = schema;
  for (const key of path) option = option !== undefined && isGroup(option) ? option.entries[key] : undefined;
  const { issues = [] } = option === undefined ? {} : v.safeParse(option, found.value);
  return issues.map(({ message }) => ({ ...found, expected: message }));
}

function remove(tree: Tree, path: readonly string[]): void {
  const group = find(tree, path.slice(0, -1));
  if (group instanceof Map) group.delete(path.at(-1) ?? '');
}

/** Keys that are no options, each with those that could have been meant. */
function strangers(
  schema: v.GenericSchema,
  tree: Tree,
  path: readonly string[],
  inFile: (path: string) => string,
): Mistake[] {
  if (!isGroup(schema)) return [];
  return [...tree].flatMap(([key, value]) => {
    const here = [...path, key];
    const entry = Object.hasOwn(schema.entries, key) ? schema.entries[key] : undefined;
    if (entry !== undefined) return value instanceof Map ? strangers(entry, value, here, inFile) : [];
    const siblings = Object.keys(schema.entries).map((name) => [...path, name].join('.'));
    const scalar = value instanceof Map ? undefined : value;
    return {
      where: scalar?.where ?? inFile(here.join('.')),
      value: scalar?.value ?? 'a group of keys',
      expected: `no such key; there are ${siblings.join(', ')}`,
    };
  });
}

/** The known part of the tree as plain objects, with an empty group where none is mentioned, so that the defaults apply. */
function plain(schema: Group, tree: Tree): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.entries).flatMap(([key, entry]) => {
      const value = tree.get(key);
      if (isGroup(entry))
        return [
          [key, value instanceof Map || value === undefined ? plain(entry, value ?? (new Map() as Tree)) : value.value],
        ];
      return value === undefined ? [] : [[key, value instanceof Map ? contents(value) : value.value]];
    }),
  );
}

/** A mapping whose keys the user chooses stays a Map: nothing that it is called can reach a prototype. */
function contents(tree: Tree): Map<string, unknown> {
  return new Map([...tree].map(([key, value]) => [key, value instanceof Map ? contents(value) : value.value]));
}

export type Group = v.StrictObjectSchema<Record<string, v.GenericSchema>, undefined>;

function isGroup(schema: v.GenericSchema): schema is Group {
  return schema.type === 'strict_object';
}

function unwrap(schema: v.GenericSchema): v.GenericSchema {
  return 'wrapped' in schema ? (schema.wrapped as v.GenericSchema) : schema;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

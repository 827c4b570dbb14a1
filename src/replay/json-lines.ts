import type { Meaning, Read, Vocabulary } from '../scalars/index.ts';
import { parseNumber, rowsOf, type Row } from './row.ts';

/** Names that are remembered to be reported; a file may have one for every parameter of a network. */
const maxUnknown = 100;

/** Reads objects of which each tells of a step. A null or absent key was not measured. */
export class JsonObjects {
  readonly unknown = new Set<string>();
  readonly #vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  read(object: Readonly<Record<string, unknown>>): Read<readonly Row[]> {
    const numbers = new Map<Meaning, number>();
    for (const [key, value] of Object.entries(object)) {
      const column = this.#vocabulary.find(key);
      if (column === undefined) {
        if (this.unknown.size < maxUnknown) this.unknown.add(key);
        continue;
      }
      if (value === null || numbers.has(column.meaning)) continue;
      const number = typeof value === 'number' ? value : isText(value) ? parseNumber(String(value)) : undefined;
      if (number === undefined) {
        return { error: `${key}: found ${JSON.stringify(value).slice(0, 80)}, expected a number or null` };
      }
      numbers.set(column.meaning, column.convert(number));
    }
    return rowsOf(numbers, new Map());
  }
}

/** Reads the lines of a file with one JSON object a step, as trackers export their history. */
export class JsonLinesReader {
  readonly #objects: JsonObjects;

  constructor(vocabulary: Vocabulary) {
    this.#objects = new JsonObjects(vocabulary);
  }

  get unknown(): ReadonlySet<string> {
    return this.#objects.unknown;
  }

  read(line: string): Read<readonly Row[]> {
    const object = parseObject(line);
    return object === undefined
      ? { error: `found ${line.slice(0, 80)}, expected one JSON object` }
      : this.#objects.read(object);
  }
}

function isText(value: unknown): value is string | boolean {
  return typeof value === 'string' || typeof value === 'boolean';
}

/** The object that a text is, undefined for any other text. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  // Python writes NaN and Infinity bare, which JSON does not know.
  for (const form of [text, text.replace(/([:,[]\s*)(NaN|-?Infinity)(?=\s*[,}\]])/g, '$1"$2"')]) {
    try {
      const value: unknown = JSON.parse(form);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
      return undefined;
    } catch {
      continue;
    }
  }
  return undefined;
}

import { byRank, type Column, type Meaning, type Read, type Vocabulary } from '../scalars/index.ts';
import type { Line } from './line.ts';
import { machineColumn, type MachineColumn } from './machine-column.ts';
import { parseNumber } from './row.ts';

/** Names that are remembered to be reported; a file may have one for every parameter of a network. */
const maxUnknown = 100;

/** Reads objects of which each tells of a moment, most of a step. A null or absent key was not measured. */
export class JsonObjects {
  readonly unknown = new Set<string>();
  readonly #vocabulary: Vocabulary;
  readonly #machine = new Map<string, MachineColumn>();

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  read(object: Readonly<Record<string, unknown>>): Read<Line> {
    const numbers = new Map<Meaning, number>();
    const steps = new Map<Column, number>();
    const readings = new Map<MachineColumn, number>();
    const extras = new Map<string, number>();
    const told = Object.entries(object).map(([key, value]) => ({ key, value, column: this.#vocabulary.find(key) }));
    for (const { key, value, column } of told.sort(byRank)) {
      const machine = column === undefined ? this.#machineColumn(key) : undefined;
      const isExtra = column === undefined && machine === undefined && this.#vocabulary.isExtra(key);
      if (column === undefined && machine === undefined && !isExtra) {
        if (this.unknown.size < maxUnknown) this.unknown.add(key);
        continue;
      }
      if (value === null || (column !== undefined && numbers.has(column.meaning))) continue;
      const number = typeof value === 'number' ? value : isText(value) ? parseNumber(String(value)) : undefined;
      // A name with a star may mean keys of text, too.
      if (number === undefined && isExtra) continue;
      if (number === undefined) {
        return { error: `${key}: found ${JSON.stringify(value).slice(0, 80)}, expected a number or null` };
      }
      if (column?.meaning === 'step') steps.set(column, column.convert(number));
      else if (column !== undefined) numbers.set(column.meaning, column.convert(number));
      else if (machine !== undefined) readings.set(machine, number);
      else extras.set(key, number);
    }
    return { value: { numbers, steps, times: new Map(), readings, extras } };
  }

  /** One for each key: by it the series is known again. */
  #machineColumn(key: string): MachineColumn | undefined {
    if (this.unknown.has(key)) return undefined;
    const known = this.#machine.get(key) ?? machineColumn(key);
    if (known !== undefined) this.#machine.set(key, known);
    return known;
  }
}

/** Reads the lines of a file with one JSON object a moment, as trackers export their history. */
export class JsonLinesReader {
  readonly #objects: JsonObjects;

  constructor(vocabulary: Vocabulary) {
    this.#objects = new JsonObjects(vocabulary);
  }

  get unknown(): ReadonlySet<string> {
    return this.#objects.unknown;
  }

  read(line: string): Read<Line> {
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

import { faultIn, isAbsent, readValue, type Value } from './cell.ts';
import type { ReadingField } from './field.ts';
import { labelText } from './label-text.ts';
import type { GpuState, TextKey } from './metrics.ts';

/** What a cell says. */
export interface Meaning {
  /** Of the fields that are read from it, those of which it has a value. */
  readonly readings: readonly { readonly id: string; readonly value: Exclude<Value, null> }[];
  /** The state of the card that it tells of in place of a value. */
  readonly fault: GpuState | null;
  /** The text where it is neither of them, and not a word for nothing; see {@link labelText}. */
  readonly text: string | null;
}

/** More than the different texts of a column that is not a measurement. */
const mostKept = 32;

/**
 * The meanings of the cells of a column. Most columns say what they said a second ago, so what they say is kept: reading each cell anew
 * was a quarter of what the exporter did on a node where nothing happens. A measurement rarely says the same twice; of a column with so
 * many texts nothing is kept any more.
 */
export class Meanings {
  readonly #fields: readonly ReadingField[];
  readonly #unit: string;
  readonly #key: TextKey | null;
  /** Null: too many. */
  #known: Map<string, Meaning> | null = new Map();

  /**
   * @param unit what the header says, for cells that have none of their own
   * @param key the label that its texts become, if any
   */
  constructor(fields: readonly ReadingField[], unit: string, key: TextKey | null) {
    this.#fields = fields;
    this.#unit = unit;
    this.#key = key;
  }

  of(text: string): Meaning {
    const known = this.#known?.get(text);
    if (known !== undefined) return known;
    const meaning = this.#read(text);
    if ((this.#known?.size ?? 0) >= mostKept) this.#known = null;
    this.#known?.set(text, meaning);
    return meaning;
  }

  #read(text: string): Meaning {
    const readings = this.#fields.flatMap((field) => {
      const value = readValue(text, this.#unit, field);
      return value === null ? [] : [{ id: field.id, value }];
    });
    const fault = readings.length > 0 ? null : faultIn(text);
    const isPlain = readings.length === 0 && fault === null && !isAbsent(text);
    return { readings, fault, text: isPlain ? labelText(this.#key, text) : null };
  }
}

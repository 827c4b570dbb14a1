import { parseNumber, rowOf, type Meaning, type Read, type Row } from './row.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Reads the lines of a CSV file of numbers: a header, then one row a step. An empty cell was not measured. */
export class CsvReader {
  readonly unknown = new Set<string>();
  readonly #vocabulary: Vocabulary;
  #columns: readonly { readonly name: string; readonly meaning: Meaning | undefined }[] | null = null;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** The row of a line; null for the header. */
  read(line: string): Read<Row | null> {
    const cells = line.split(',').map(unquoted);
    if (this.#columns === null) return this.#header(cells);
    if (cells.length !== this.#columns.length) {
      return { error: `found ${cells.length} cells, expected ${this.#columns.length} as in the header` };
    }
    const numbers = new Map<Meaning, number>();
    for (const [index, { name, meaning }] of this.#columns.entries()) {
      const cell = cells[index] ?? '';
      if (meaning === undefined || cell === '' || numbers.has(meaning)) continue;
      const value = parseNumber(cell);
      if (value === undefined)
        return { error: `${name}: found ${cell.slice(0, 80)}, expected a number, inf, nan or nothing` };
      numbers.set(meaning, value);
    }
    return rowOf(numbers);
  }

  #header(names: readonly string[]): Read<null> {
    this.#columns = names.map((name) => ({ name, meaning: this.#vocabulary.meaningOf(name) }));
    for (const { name, meaning } of this.#columns) if (meaning === undefined) this.unknown.add(name);
    return this.#columns.some(({ meaning }) => meaning === 'step')
      ? { value: null }
      : {
          error: `found the columns ${names.join(', ').slice(0, 200)}, expected step among them; --map step=COLUMN names it`,
        };
  }
}

function unquoted(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, '$1');
}

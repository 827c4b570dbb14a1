import type { Column, Meaning, Read, Vocabulary } from '../scalars/index.ts';
import { parseNumber, rowOf, type Row } from './row.ts';

/** Reads the lines of a CSV file of numbers: a header, then one row a step. An empty cell was not measured. */
export class CsvReader {
  readonly unknown = new Set<string>();
  readonly #vocabulary: Vocabulary;
  #columns: readonly { readonly name: string; readonly column: Column | undefined }[] | null = null;

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
    for (const [index, { name, column }] of this.#columns.entries()) {
      const cell = cells[index] ?? '';
      if (column === undefined || cell === '' || numbers.has(column.meaning)) continue;
      const value = parseNumber(cell);
      if (value === undefined)
        return { error: `${name}: found ${cell.slice(0, 80)}, expected a number, inf, nan or nothing` };
      numbers.set(column.meaning, column.convert(value));
    }
    return rowOf(numbers);
  }

  #header(names: readonly string[]): Read<null> {
    this.#columns = names.map((name) => ({ name, column: this.#vocabulary.find(name) }));
    for (const { name, column } of this.#columns) if (column === undefined) this.unknown.add(name);
    return this.#columns.some(({ column }) => column?.meaning === 'step')
      ? { value: null }
      : {
          error: `found the columns ${names.join(', ').slice(0, 200)}, expected step among them; --map step=COLUMN names it`,
        };
  }
}

function unquoted(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, '$1');
}

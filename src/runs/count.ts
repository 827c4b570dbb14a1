import type { Row } from '../series/index.ts';

/** A counter series that begins at 0, with its column looked up once. */
export class Count<Key extends string> {
  readonly #row: Row<Key>;
  readonly #column: number;
  #total = 0;

  constructor(row: Row<Key>, column: number) {
    this.#row = row;
    this.#column = column;
    row.put(column, 0);
  }

  get total(): number {
    return this.#total;
  }

  add(increment = 1): void {
    this.#total += increment;
    this.#row.put(this.#column, this.#total);
  }
}

import type { Exceeded, NameLimit } from './excess.ts';

/** Rows of one rank by name: a bounded number of them. */
export class BoundedRows<Row extends { remove(): void }> {
  readonly #rows = new Map<string, Row>();
  readonly #option: NameLimit;
  readonly #make: (name: string) => Row;

  constructor(option: NameLimit, make: (name: string) => Row) {
    this.#option = option;
    this.#make = make;
  }

  /** The row of a name, made when there is place for one; null else, which is told to `exceeded`. */
  row(name: string, limit: number, exceeded: Exceeded): Row | null {
    let row = this.#rows.get(name);
    if (row !== undefined) return row;
    if (this.#rows.size >= limit) {
      exceeded({ option: this.#option, limit, name });
      return null;
    }
    row = this.#make(name);
    this.#rows.set(name, row);
    return row;
  }

  entries(): Iterable<[string, Row]> {
    return this.#rows;
  }

  remove(): void {
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
  }
}

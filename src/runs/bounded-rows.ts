import type { Exceeded, NameLimit } from './excess.ts';
import type { NamedSeries } from './named-series.ts';

/** Rows of one rank by name: a bounded number of them. Each counts as a series of its run. */
export class BoundedRows<Row extends { remove(): void }> {
  readonly #rows = new Map<string, Row>();
  readonly #named: NamedSeries;
  readonly #option: NameLimit;
  readonly #make: (name: string) => Row;
  #held = 0;

  constructor(named: NamedSeries, option: NameLimit, make: (name: string) => Row) {
    this.#named = named;
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
    const weight = this.#named.weigh(name);
    if (!this.#named.resize(0, weight, name, exceeded)) return null;
    this.#held += weight;
    row = this.#make(name);
    this.#rows.set(name, row);
    return row;
  }

  entries(): Iterable<[string, Row]> {
    return this.#rows;
  }

  remove(): void {
    for (const row of this.#rows.values()) row.remove();
    this.#named.release(this.#held);
    this.#held = 0;
    this.#rows.clear();
  }
}

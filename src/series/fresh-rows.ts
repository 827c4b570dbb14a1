import type { Row, SeriesGroup } from './series-table.ts';

/** A thing that was found, and its figures. One that is not given is absent. */
export interface Found<Key extends string, Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  readonly values: Readonly<Partial<Record<Key, number | null>>>;
}

/** The rows of things that come and go, one reading after the other: what a reading did not find is removed. */
export class FreshRows<Key extends string, Label extends string> {
  readonly #group: SeriesGroup<Key, Label>;
  #shown = new Set<Row<Key>>();
  #found = new Set<Row<Key>>();

  constructor(group: SeriesGroup<Key, Label>) {
    this.#group = group;
  }

  /** How many things this reading has found. */
  get found(): number {
    return this.#found.size;
  }

  /** Begins a reading. The one before may have been given up half way: what it showed counts as shown. */
  begin(): void {
    for (const row of this.#found) this.#shown.add(row);
    this.#found = new Set();
  }

  /** The row of a thing that this reading found. */
  row(labels: Readonly<Record<Label, string>>): Row<Key> {
    const row = this.#group.row(labels);
    this.#found.add(row);
    return row;
  }

  /** Ends a reading: removes what it did not find. */
  settle(): void {
    for (const row of this.#shown) if (!this.#found.has(row)) row.remove();
    this.#shown = this.#found;
    this.#found = new Set();
  }

  /** A whole reading: shows these rows and no others. */
  show(all: readonly Found<Key, Label>[]): void {
    this.begin();
    for (const { labels, values } of all) {
      const row = this.row(labels);
      for (const key of this.#group.keys) {
        const value = values[key];
        if (typeof value === 'number') row.set(key, value);
        else row.clear(key);
      }
    }
    this.settle();
  }

  clear(): void {
    this.show([]);
  }
}

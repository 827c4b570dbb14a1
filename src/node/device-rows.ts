import type { Row, SeriesGroup } from '../series/index.ts';

/**
 * The rows of devices that come and go, one reading after the other: what a reading did not find is removed. More than `most` are not
 * shown, so that a machine that makes devices up fills no memory.
 */
export class DeviceRows<Key extends string, Label extends string> {
  readonly #group: SeriesGroup<Key, Label>;
  readonly #most: number;
  #shown = new Set<Row<Key>>();
  #found = new Set<Row<Key>>();
  #leftOut = 0;

  constructor(group: SeriesGroup<Key, Label>, most: number) {
    this.#group = group;
    this.#most = most;
  }

  /** Begins a reading. The one before may have been given up half way: what it showed counts as shown. */
  begin(): void {
    for (const row of this.#found) this.#shown.add(row);
    this.#found = new Set();
    this.#leftOut = 0;
  }

  /** The row of a device that this reading found; null where there is no room for it. */
  row(labels: Readonly<Record<Label, string>>): Row<Key> | null {
    if (this.#found.size >= this.#most) {
      this.#leftOut += 1;
      return null;
    }
    const row = this.#group.row(labels);
    this.#found.add(row);
    return row;
  }

  /** Ends a reading: removes what it did not find. @returns how many devices it found, and how many of these had no room */
  settle(): { readonly found: number; readonly leftOut: number } {
    for (const row of this.#shown) if (!this.#found.has(row)) row.remove();
    this.#shown = this.#found;
    this.#found = new Set();
    return { found: this.#shown.size + this.#leftOut, leftOut: this.#leftOut };
  }

  clear(): void {
    this.begin();
    this.settle();
  }
}

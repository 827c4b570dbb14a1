import { FreshRows, type Row, type SeriesGroup } from '../series/index.ts';

/** The rows of devices. More than `most` are not shown, so that a machine that makes devices up fills no memory. */
export class DeviceRows<Key extends string, Label extends string> {
  readonly #rows: FreshRows<Key, Label>;
  readonly #most: number;
  #leftOut = 0;

  constructor(group: SeriesGroup<Key, Label>, most: number) {
    this.#rows = new FreshRows(group);
    this.#most = most;
  }

  /** Begins a reading, see {@link FreshRows.begin}. */
  begin(): void {
    this.#rows.begin();
    this.#leftOut = 0;
  }

  /** The row of a device that this reading found; null where there is no room for it. */
  row(labels: Readonly<Record<Label, string>>): Row<Key> | null {
    if (this.#rows.found < this.#most) return this.#rows.row(labels);
    this.#leftOut += 1;
    return null;
  }

  /** Ends a reading: removes what it did not find. @returns how many devices it found, and how many of these had no room */
  settle(): { readonly found: number; readonly leftOut: number } {
    const found = this.#rows.found + this.#leftOut;
    this.#rows.settle();
    return { found, leftOut: this.#leftOut };
  }

  clear(): void {
    this.begin();
    this.settle();
  }
}

import type { Row, SeriesGroup } from '../../series/index.ts';

/** Series of things that come and go, by their labels: what is not told again is gone. */
export class FreshRows<Key extends string, Label extends string> {
  readonly #group: SeriesGroup<Key, Label>;
  readonly #keys: readonly Key[];
  #shown = new Map<string, Row<Key>>();

  constructor(group: SeriesGroup<Key, Label>, metrics: Readonly<Record<Key, unknown>>) {
    this.#group = group;
    this.#keys = Object.keys(metrics) as Key[];
  }

  /** Shows these rows and no others. A value that is not given is absent. */
  show(told: readonly Told<Key, Label>[]): void {
    const shown = new Map<string, Row<Key>>();
    for (const { labels, values } of told) {
      const row = this.#group.row(labels);
      for (const key of this.#keys) {
        const value = values[key];
        if (typeof value === 'number') row.set(key, value);
        else row.clear(key);
      }
      shown.set(row.block, row);
    }
    for (const [block, row] of this.#shown) if (!shown.has(block)) row.remove();
    this.#shown = shown;
  }

  clear(): void {
    this.show([]);
  }
}

export interface Told<Key extends string, Label extends string> {
  readonly labels: Readonly<Record<Label, string>>;
  readonly values: Readonly<Partial<Record<Key, number | null>>>;
}

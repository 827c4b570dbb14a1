import type { Row, SeriesGroup } from '../series/index.ts';
import { Extent } from '../stats/index.ts';
import type { Cleaned } from './cleaned.ts';
import { ValueCleaning } from './value-cleaning.ts';

type WindowKey = 'min' | 'mean' | 'max' | 'count';
export type WindowGroup = SeriesGroup<WindowKey, 'run' | 'rank'>;

/** One field of one rank: the values of the window that is open, and the series of the last full one. */
export class FieldWindow {
  readonly #row: Row<WindowKey>;
  readonly #extent = new Extent();
  readonly #cleaning = new ValueCleaning();
  readonly #cleaned: Cleaned;

  constructor(row: Row<WindowKey>, cleaned: Cleaned) {
    this.#row = row;
    this.#cleaned = cleaned;
  }

  add(value: number): void {
    if (!Number.isFinite(value)) return;
    const reason = this.#cleaning.judge(value);
    if (reason !== null) this.#cleaned.add(reason);
    this.#extent.add(value, reason === null);
  }

  /** The open window is over. @param isLast whether it is the last full one, or one of before, and that one was empty */
  close(isLast: boolean): void {
    const summary = this.#extent.close();
    for (const key of ['min', 'mean', 'max', 'count'] as const) {
      const value = isLast ? summary?.[key] : undefined;
      if (typeof value === 'number') this.#row.set(key, value);
      else this.#row.clear(key);
    }
  }

  remove(): void {
    this.#row.remove();
  }
}

import type { Problem } from './value-kinds.ts';
import type { Warnings } from './warnings.ts';

/** Counts by name what was left out of reports, and says of each name once why. */
export class RefusedValues {
  readonly #warnings: Warnings;
  readonly #counts = new Map<string, number>();

  constructor(warnings: Warnings) {
    this.#warnings = warnings;
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  refuse({ field, text }: Problem): void {
    this.#counts.set(field, (this.#counts.get(field) ?? 0) + 1);
    this.#warnings.warn(field, text);
  }
}

import type { Problem } from './value-kinds.ts';
import type { Warnings } from './warnings.ts';

/** Names can be the script's own text: count so many of them one by one. */
const maxNames = 64;

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
    const name = this.#counts.has(field) || this.#counts.size < maxNames ? field : '(further names)';
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.#warnings.warn(name, text);
  }
}

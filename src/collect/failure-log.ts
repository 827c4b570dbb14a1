import type { Logger } from './logger.ts';

/** Good readings in a row by which a failure is over: a source that is too slow for every other reading fails all the time. */
export const steadyReadings = 3;

/** Tells of a failure or an absence when it begins, changes or ends, and not on every beat on which it lasts. */
export class FailureLog {
  readonly #collector: string;
  readonly #logger: Logger;
  /** As it was told first. */
  #current: string | null = null;
  #good = 0;

  constructor(collector: string, logger: Logger) {
    this.#collector = collector;
    this.#logger = logger;
  }

  failed(reason: string, message: string, error?: unknown): void {
    if (!this.#isNew(`${reason}: ${message}`)) return;
    this.#logger.warn(
      { collector: this.#collector, reason, ...(error !== undefined && { err: error }) },
      `collector ${this.#collector} failed: ${message}`,
    );
  }

  absent(reason: string, message: string): void {
    if (!this.#isNew(`absent, ${reason}: ${message}`)) return;
    this.#logger.info({ collector: this.#collector, reason }, `collector ${this.#collector} reads nothing: ${message}`);
  }

  succeeded(): void {
    this.#good += 1;
    if (this.#current === null || this.#good < steadyReadings) return;
    this.#logger.info({ collector: this.#collector, last: this.#current }, `collector ${this.#collector} works again`);
    this.#current = null;
  }

  #isNew(trouble: string): boolean {
    this.#good = 0;
    if (this.#current !== null && butFigures(this.#current) === butFigures(trouble)) return false;
    this.#current = trouble;
    return true;
  }
}

/** What other programs say of a failure holds figures that are new each time; by these alone it does not change. */
function butFigures(words: string): string {
  return words.replaceAll(/\d+(?:\.\d+)?/g, '#');
}

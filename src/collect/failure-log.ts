import type { Logger } from './logger.ts';

/** Good readings in a row by which a failure is over: a source that is too slow for every other reading fails all the time. */
export const steadyReadings = 3;

/** Tells of a failure or an absence when it begins, changes or ends, and not on every beat on which it lasts. */
export class FailureLog {
  readonly #collector: string;
  readonly #logger: Logger;
  #current: string | null = null;
  #good = 0;

  constructor(collector: string, logger: Logger) {
    this.#collector = collector;
    this.#logger = logger;
  }

  failed(reason: string, message: string, error?: unknown): void {
    const failure = `${reason}: ${message}`;
    this.#good = 0;
    if (failure === this.#current) return;
    this.#current = failure;
    this.#logger.warn(
      { collector: this.#collector, reason, ...(error !== undefined && { err: error }) },
      `collector ${this.#collector} failed: ${message}`,
    );
  }

  absent(reason: string, message: string): void {
    const absence = `absent, ${reason}: ${message}`;
    this.#good = 0;
    if (absence === this.#current) return;
    this.#current = absence;
    this.#logger.info({ collector: this.#collector, reason }, `collector ${this.#collector} reads nothing: ${message}`);
  }

  succeeded(): void {
    this.#good += 1;
    if (this.#current === null || this.#good < steadyReadings) return;
    this.#logger.info({ collector: this.#collector, last: this.#current }, `collector ${this.#collector} works again`);
    this.#current = null;
  }
}

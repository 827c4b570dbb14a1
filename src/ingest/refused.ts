import type { IngestCounts } from './metrics.ts';
import type { Refusal, RefusalCode } from './refusals.ts';

/** What was left out of one message. The first refusal for each reason is told to the worker; the counts say how many there were. */
export class Refused {
  readonly #counts: IngestCounts;
  readonly #first = new Map<RefusalCode, Refusal>();

  constructor(counts: IngestCounts) {
    this.#counts = counts;
  }

  get first(): Iterable<Refusal> {
    return this.#first.values();
  }

  readonly add = (refusal: Refusal): void => {
    this.#counts.addRefused(refusal.code);
    if (!this.#first.has(refusal.code)) this.#first.set(refusal.code, refusal);
  };
}

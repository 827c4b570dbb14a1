import type { IngestCounts } from './metrics.ts';
import type { Refusal, RefusalCode } from './refusals.ts';

/** What was left out of one message. The first refusal for each reason is told to the worker; the counts say how many there were. */
export class Refused {
  readonly #counts: IngestCounts;
  #first: Map<RefusalCode, Refusal> | null = null;

  constructor(counts: IngestCounts) {
    this.#counts = counts;
  }

  get first(): Iterable<Refusal> {
    return this.#first?.values() ?? [];
  }

  readonly add = (refusal: Refusal): void => {
    this.#counts.addRefused(refusal.code);
    this.#first ??= new Map();
    if (!this.#first.has(refusal.code)) this.#first.set(refusal.code, refusal);
  };
}

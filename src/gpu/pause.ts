import { setTimeout as sleep } from 'node:timers/promises';

/** A wait that others can cut short. */
export class Pause {
  #end: () => void = () => undefined;

  /** Waits so long, or until {@link end} or the signal. */
  async take(seconds: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    this.#end = () => {
      over.abort();
    };
    const either = AbortSignal.any([signal, over.signal]);
    await sleep(1000 * seconds, undefined, { signal: either }).catch(() => undefined);
  }

  /** Ends the wait, if one is on. */
  end(): void {
    this.#end();
  }
}

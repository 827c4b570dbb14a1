import type { Sample } from './sample.ts';

/** Why the GPUs cannot be read; the label `reason` of the collector's failures. */
export type FailureReason =
  /** It said nothing for too long and is being ended. */
  | 'hung'
  /** It does not end even on SIGKILL: it waits inside the driver. */
  | 'stuck'
  /** It runs, but what it has to say is late. */
  | 'slow'
  /** It was not started, for another call does not answer. */
  | 'blocked'
  /** The program is not there, though it is named by hand, or there are GPUs. */
  | 'absent'
  /** The program is there, and its loader or interpreter is not. */
  | 'no_loader'
  /** The program may not be run by the user of the exporter. */
  | 'not_permitted'
  | 'driver_unreachable'
  /** A GPU without a handle fails the query, and there are no others that could be asked. */
  | 'device_unreachable'
  | 'field_refused'
  /** What it prints cannot be understood. */
  | 'unreadable'
  /** It ended with an error. */
  | 'failed';

/** Of a call that is `stuck`. */
export const stuckMessage =
  'nvidia-smi does not end on SIGKILL: it waits in the driver; no other is started before it is gone';

/** By what a node shows that it has no GPU. */
export type NoGpu = 'no_program' | 'no_devices' | 'no_driver';

/** What is known of the GPUs by now. */
export type Outcome =
  | { readonly kind: 'sample'; readonly sample: Sample }
  /** No GPU on this node. */
  | { readonly kind: 'none'; readonly why: NoGpu }
  | {
      readonly kind: 'failed';
      readonly reason: FailureReason;
      readonly message: string;
      /** Bus ids of GPUs without a handle. */
      readonly unreachable: readonly string[];
    };

interface Dated {
  readonly outcome: Outcome;
  readonly sequence: number;
}

/** Holds the newest outcome for its one reader. */
export class Mailbox {
  #latest: Dated | null = null;
  #wake: () => void = () => undefined;

  get latest(): Outcome | null {
    return this.#latest?.outcome ?? null;
  }

  publish(outcome: Outcome): void {
    this.#latest = { outcome, sequence: (this.#latest?.sequence ?? 0) + 1 };
    this.#wake();
  }

  /**
   * A sample newer than `after`, or what lasts instead of one; waits for it. Null when nothing came in time.
   * @param after sequence of the last outcome that the reader took
   */
  async next(after: number, seconds: number, signal: AbortSignal): Promise<Dated | null> {
    const over = new AbortController();
    const giveUp = (): void => {
      over.abort();
      this.#wake();
    };
    const timer = setTimeout(giveUp, 1000 * seconds);
    signal.addEventListener('abort', giveUp);
    try {
      for (;;) {
        const latest = this.#latest;
        if (latest !== null && (latest.sequence > after || latest.outcome.kind !== 'sample')) return latest;
        if (over.signal.aborted || signal.aborted) return null;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    }
  }
}

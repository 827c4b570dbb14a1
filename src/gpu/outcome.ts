import type { Sample } from './sample.ts';

/** Why the GPUs cannot be read; the label `reason` of the collector's failures. */
export type FailureReason =
  /** It printed nothing for too long and is being ended. */
  | 'hung'
  /** It does not end even on SIGKILL: it waits inside the driver. */
  | 'stuck'
  /** It runs, but its next sample is late. */
  | 'slow'
  /** The program is gone, though there are or should be GPUs. */
  | 'absent'
  | 'driver_unreachable'
  /** A GPU without a handle fails the query, and which others could be asked is not known. */
  | 'device_unreachable'
  | 'field_refused'
  /** What it prints cannot be understood. */
  | 'unreadable'
  /** It ended with an error. */
  | 'failed';

/** What is known of the GPUs by now. */
export type Outcome =
  | { readonly kind: 'sample'; readonly sample: Sample }
  /** No GPU on this node. */
  | { readonly kind: 'none'; readonly why: 'no_program' | 'no_devices' | 'no_driver' }
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

/** Holds the newest outcome for a reader who asks when he likes. */
export class Mailbox {
  #latest: Dated | null = null;
  #wake = new Set<() => void>();

  get latest(): Outcome | null {
    return this.#latest?.outcome ?? null;
  }

  publish(outcome: Outcome): void {
    this.#latest = { outcome, sequence: (this.#latest?.sequence ?? 0) + 1 };
    for (const wake of this.#wake) wake();
  }

  /**
   * A sample newer than `after`, or what lasts instead of one; waits for it. Null when nothing came in time.
   * @param after sequence of the last outcome that the reader took
   */
  async next(after: number, seconds: number, signal: AbortSignal): Promise<Dated | null> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(1000 * seconds))]);
    for (;;) {
      const latest = this.#latest;
      if (latest !== null && (latest.sequence > after || latest.outcome.kind !== 'sample')) return latest;
      if (deadline.aborted) return null;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#wake.delete(wake);
          deadline.removeEventListener('abort', wake);
          resolve();
        };
        this.#wake.add(wake);
        deadline.addEventListener('abort', wake);
      });
    }
  }
}

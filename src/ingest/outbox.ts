import type { ExporterMessage } from '../protocol/index.ts';
import type { Refusal } from './refusals.ts';

/** The writing side of one call. */
export interface Wire {
  /** False when the worker does not read fast enough: write no more before {@link Outbox.drained} is called. */
  write(message: ExporterMessage): boolean;
  /** Ends the call with status OK, after what was written. */
  end(): void;
  /** Ends the call with the refusal's status. */
  fail(refusal: Refusal): void;
}

/** Messages that wait for a worker that does not read; beyond that the oldest is dropped. */
const maxWaiting = 64;

/**
 * What is said to one worker. It takes bounded memory however slowly the worker reads: acknowledgements are cumulative, so only the
 * last one waits, and all that comes within a turn of the event loop makes one; of other messages the oldest is dropped.
 */
export class Outbox {
  readonly #wire: Wire;
  readonly #later: (flush: () => void) => void;
  readonly #dropped: () => void;
  readonly #waiting: ExporterMessage[] = [];
  #acknowledged: number | null = null;
  #open = true;
  #scheduled = false;
  #full = false;

  /** `later` runs a function after the events that are ready now; `dropped` is told of each message that is not sent. */
  constructor(wire: Wire, later: (flush: () => void) => void, dropped: () => void) {
    this.#wire = wire;
    this.#later = later;
    this.#dropped = dropped;
  }

  /** Every batch up to this sequence is safe. */
  acknowledge(sequence: number): void {
    if (!this.#open) return;
    this.#acknowledged = sequence;
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#later(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  send(message: ExporterMessage): void {
    if (!this.#open) return;
    this.#waiting.push(message);
    if (this.#waiting.length > maxWaiting) {
      this.#waiting.shift();
      this.#dropped();
    }
    this.#flush();
  }

  /** The worker reads again. */
  drained(): void {
    this.#full = false;
    this.#flush();
  }

  /** Says what is left to say and ends the call: with the refusal's status, or OK. */
  close(refusal: Refusal | null): void {
    if (!this.#open) return;
    // The transport holds these few messages until they are read or the call is cut: the worker must learn what is safe.
    this.#full = false;
    this.#flush();
    this.#open = false;
    if (refusal === null) this.#wire.end();
    else this.#wire.fail(refusal);
  }

  /** The call is gone: nothing can be said any more. */
  abandon(): void {
    this.#open = false;
    this.#waiting.length = 0;
    this.#acknowledged = null;
  }

  #flush(): void {
    if (!this.#open) return;
    while (!this.#full) {
      const message = this.#waiting.shift() ?? this.#takeAcknowledgement();
      if (message === null) return;
      this.#full = !this.#wire.write(message);
    }
  }

  #takeAcknowledgement(): ExporterMessage | null {
    if (this.#acknowledged === null) return null;
    const sequence = this.#acknowledged;
    this.#acknowledged = null;
    return { acknowledgement: { sequence } };
  }
}

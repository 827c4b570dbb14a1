/** How long reports may hold the event loop before a scrape, a ping or another connection has its turn, milliseconds. */
const turnMilliseconds = 5;
/** What may wait in all: beyond it everything is done in one turn, since memory counts for more than the turns of others. */
const mostWaitingBytes = 32 * 1024 * 1024;

export interface FairTurnsParts {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Calls back when all that is ready now has had its turn. */
  readonly nextTurn: (action: () => void) => void;
}

/**
 * Shares the event loop between reports and everything else. A thousand workers that send at once would otherwise be heard in one turn of
 * the loop, which takes a second in which no scrape is answered: what does not fit into a turn waits for a next one, in its order.
 */
export class FairTurns {
  readonly #parts: FairTurnsParts;
  readonly #waiting: (() => void)[] = [];
  #began: number | null = null;
  /** Of messages that came and were not taken. */
  #bytes = 0;

  constructor(parts: FairTurnsParts) {
    this.#parts = parts;
  }

  /** Whether this turn has time left, and nobody waits for it. */
  get isFree(): boolean {
    if (this.#began === null) {
      this.#began = this.#parts.now();
      this.#parts.nextTurn(this.#goOn);
      return true;
    }
    return this.#waiting.length === 0 && this.#hasTime;
  }

  /** A message of so many bytes came, and may have to wait. */
  came(bytes: number): void {
    this.#bytes += bytes;
  }

  /** It waits no more. */
  taken(bytes: number): void {
    this.#bytes = Math.max(0, this.#bytes - bytes);
  }

  /** Does something in a later turn. */
  later(action: () => void): void {
    this.#waiting.push(action);
  }

  get #isFull(): boolean {
    return this.#bytes > mostWaitingBytes;
  }

  get #hasTime(): boolean {
    return this.#began !== null && this.#parts.now() - this.#began < turnMilliseconds;
  }

  readonly #goOn = (): void => {
    this.#began = null;
    if (this.#waiting.length === 0) {
      // What came on calls that were cut off is never taken.
      this.#bytes = 0;
      return;
    }
    this.#began = this.#parts.now();
    this.#parts.nextTurn(this.#goOn);
    do this.#waiting.shift()?.();
    while (this.#waiting.length > 0 && (this.#hasTime || this.#isFull));
  };
}

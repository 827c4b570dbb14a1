import type { FairTurns } from './fair-turns.ts';

/** What is read of one worker: the reading side of a stream of objects. */
export interface Source<Item> {
  on(event: 'data', listener: (item: Item) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  /** Gives what came already to the listener, one of it; null where there is nothing. */
  read(): unknown;
}

/** How many of its messages a worker is heard in a row while others wait. */
const mostInARow = 16;

/**
 * Reads a worker no faster than its rank may report, and only while the event loop has time for it. A worker that is not read is not lost:
 * the transport holds it back, and what came already waits.
 */
export class PacedReading<Item> {
  readonly #source: Source<Item>;
  readonly #take: (item: Item) => void;
  /** Came when there was no time. */
  #held: { readonly item: Item } | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Whatever comes now is asked for. */
  #asking = false;

  constructor(source: Source<Item>, turns: FairTurns, take: (item: Item) => void) {
    this.#source = source;
    this.#take = take;
    source.on('data', (item) => {
      if (this.#asking || turns.isFree) {
        take(item);
        return;
      }
      this.#held = { item };
      source.pause();
      turns.later(this.#goOn);
    });
  }

  /** Reads nothing more for so many seconds. */
  hold(seconds: number): void {
    this.#source.pause();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#source.resume();
    }, seconds * 1000).unref();
  }

  /** Nothing more will come: what came already is taken at once. */
  end(): void {
    this.#ask(Infinity);
    clearTimeout(this.#timer);
  }

  readonly #goOn = (): void => {
    if (this.#held === null) return;
    this.#ask(mostInARow);
    if (this.#timer === undefined) this.#source.resume();
  };

  #ask(most: number): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#take(held.item);
    this.#asking = true;
    for (let taken = 1; taken < most && (most === Infinity || this.#timer === undefined); taken += 1) {
      if (this.#source.read() === null) break;
    }
    this.#asking = false;
  }
}

import type { Clock } from './clock.ts';

/** One batch a second is enough for people and for windows of a minute. */
const batchEveryMs = 1_000;
/** What is urgent goes at once, but not more often than this; and a step waits this long for its parts. */
const urgentEveryMs = 50;

/** When what waits is sent. */
export class FlushPace {
  readonly #clock: Clock;
  readonly #flush: () => void;
  #last = -Infinity;
  #due = Infinity;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, flush: () => void) {
    this.#clock = clock;
    this.#flush = flush;
  }

  /** Something waits: it is flushed when its time has come, which may be now. */
  ask(urgent: boolean): void {
    const now = this.#clock.now();
    const due = urgent ? this.#last + urgentEveryMs : Math.max(this.#last + batchEveryMs, now + urgentEveryMs);
    if (due >= this.#due) return;
    this.#cancel();
    if (due <= now) {
      this.#flush();
      return;
    }
    this.#due = due;
    this.#cancel = this.#clock.after(due - now, this.#flush);
  }

  /** It is flushed now. */
  flushed(): void {
    this.stop();
    this.#due = Infinity;
    this.#last = this.#clock.now();
  }

  /** Nothing is flushed any more unless it is asked for. */
  stop(): void {
    this.#cancel();
  }
}

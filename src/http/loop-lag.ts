import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

/**
 * Milliseconds between two looks at the event loop. Each look wakes the process: every 10 ms costs about 0.5 % of a core of an
 * otherwise idle process, every 200 ms a few hundredths of a percent. A block shorter than this can fall between two looks.
 */
const resolution = 200;

/** Clock-aligned, so that every scraper sees the same window and a scrape changes nothing. */
const windowSeconds = 60;

/** The longest delay of the event loop in the last full minute of the clock. */
export class LoopLag {
  readonly #now: () => number;
  #histogram: IntervalHistogram | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastWindow: number | undefined;

  /** @param now Unix seconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Seconds; undefined before the first window has passed. */
  get maximum(): number | undefined {
    return this.#lastWindow;
  }

  start(): void {
    this.#histogram = monitorEventLoopDelay({ resolution });
    this.#histogram.enable();
    this.#await();
  }

  stop(): void {
    this.#histogram?.disable();
    this.#histogram = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Ends the present window and begins the next. */
  turn(): void {
    if (this.#histogram === null) return;
    // The histogram holds whole intervals between two looks, in nanoseconds; 0 when there was none yet.
    this.#lastWindow = Math.max(0, this.#histogram.max / 1e9 - resolution / 1000);
    this.#histogram.reset();
  }

  #await(): void {
    const seconds = windowSeconds - (this.#now() % windowSeconds);
    this.#timer = setTimeout(() => {
      this.turn();
      this.#await();
    }, seconds * 1000).unref();
  }
}

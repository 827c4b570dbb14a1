/** Seconds between two looks at the clock, as a live exporter takes them. */
const beatSeconds = 1;
/** Looks at the same time, within long gaps, so that a leap of the clock by years takes no years. */
const perGap = 1000;

/** When a live exporter would have looked at the clock between two rows: every second, and after long silence at each thousandth of it. */
export class Beats {
  #last = 0;

  *between(from: number, until: number): Generator<number> {
    for (;;) {
      const next = Math.max(from, this.#last + Math.max(beatSeconds, (this.#last - from) / perGap));
      if (!(next <= until)) return;
      this.#last = next;
      yield next;
    }
  }
}

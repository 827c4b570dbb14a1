import type { Row } from './row.ts';

/**
 * The time of a recorded run: that of its rows, else the sum of the step times of its first rank, else one second a step. It never goes
 * back.
 */
export class RowClock {
  #now = 0;
  #offset: number | null = null;
  #timed = false;
  #lastStep: number | null = null;
  /** The rank whose steps make the time where rows have none: ranks take theirs at the same time. */
  #leader: number | null = null;

  get now(): number {
    return this.#now;
  }

  take({ rank, step, time, values }: Row): number {
    this.#leader ??= rank;
    const seconds = values.step_seconds;
    if (time !== null) {
      this.#timed = true;
      this.#offset ??= this.#now - time;
      this.#now = Math.max(this.#now, time + this.#offset);
    } else if (rank !== this.#leader) {
      return this.#now;
    } else if (seconds !== undefined && Number.isFinite(seconds) && seconds >= 0) {
      this.#timed = true;
      this.#now += seconds;
    } else if (!this.#timed) {
      this.#now += Math.max(0, step - (this.#lastStep ?? step));
    }
    this.#lastStep = step;
    return this.#now;
  }

  pass(seconds: number): void {
    this.#now += seconds;
  }
}

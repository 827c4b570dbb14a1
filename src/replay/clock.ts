import type { Row } from './row.ts';

/** Times below count from the start of the run; Unix seconds reached it in 2001. */
const firstUnixTime = 1e9;

/**
 * The time of a recorded run: that of its rows, else its steps, each as long as the last of which the time is told, else one second.
 * It never goes back. It begins at 0 with the start of the run, where the first row is of the first step and counts from there, else with
 * the first row.
 */
export class RowClock {
  #now = 0;
  #offset: number | null = null;
  /** The rank whose steps make the time where rows have none: ranks take theirs at the same time. */
  #leader: number | null = null;
  #lastStep: number | null = null;
  /** Seconds of a step, as the leader told last. */
  #pace: number | null = null;
  #guessed = 0;

  /** Steps that passed as one second each, because nothing had told how long a step is. */
  get guessedSteps(): number {
    return this.#guessed;
  }

  /** When the run began, on the clock of the rows. */
  get began(): number {
    return this.recorded(0);
  }

  /** The latest time of a row, on the clock of the rows. */
  get reached(): number {
    return this.recorded(this.#now);
  }

  /** The time on the clock of the rows; before one told its time nothing is later than that. */
  recorded(now: number): number {
    return this.#offset === null ? -Infinity : now - this.#offset;
  }

  take({ rank, step, time, values: { step_seconds: seconds } }: Row): number {
    this.#leader ??= rank;
    const leads = rank === this.#leader;
    if (leads && seconds !== undefined && Number.isFinite(seconds) && seconds >= 0) this.#pace = seconds;
    if (time !== null) {
      this.#offset ??= this.#now - (countsFromStart(step, time) ? 0 : time);
      this.#now = Math.max(this.#now, time + this.#offset);
    } else if (leads) {
      this.#pass(stepsBetween(this.#lastStep ?? step, step));
    }
    if (leads) this.#lastStep = step;
    return this.#now;
  }

  #pass(steps: number): void {
    if (this.#pace !== null) {
      this.#now += steps * this.#pace;
    } else if (this.#offset === null) {
      this.#guessed += steps;
      this.#now += steps;
    }
  }
}

/** Of a recording whose beginning was cut off, or that does not count from the start, the time before its first row is not known. */
function countsFromStart(step: number, time: number): boolean {
  return step <= 1 && time >= 0 && time < firstUnixTime;
}

/** Steps that a rank took to come from one row to the next; where it went back, that of the row alone is known. */
function stepsBetween(last: number, step: number): number {
  return step < last ? 1 : step - last;
}

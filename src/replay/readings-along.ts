import type { Readings, TimedReadings } from './recorded-machine.ts';

/** What was recorded of the machine apart from the rows of a run, and is read along with them. */
export class ReadingsAlong {
  /** The earliest first. */
  readonly #all: readonly TimedReadings[];
  #read = 0;

  constructor(readings: readonly TimedReadings[]) {
    this.#all = readings.toSorted((one, other) => one.time - other.time);
  }

  /** What was read since the last call; what was read before the run began is none of it. */
  *between(began: number, until: number): Generator<Readings> {
    for (let next = this.#all[this.#read]; next !== undefined; next = this.#all[this.#read]) {
      if (next.time > until) return;
      this.#read += 1;
      if (next.time >= began) yield next.readings;
    }
  }

  /** Why none could be judged, with the times at which the run began and ended; null where one lies between, or there is none. */
  strays(began: number, ended: number): string | null {
    const [first, last] = [this.#all[0], this.#all.at(-1)];
    if (first === undefined || last === undefined) return null;
    if (this.#all.some(({ time }) => time >= began && time <= ended)) return null;
    const span = `the readings from ${first.time} to ${last.time} s`;
    return Number.isFinite(began)
      ? `${span} lie outside of the times of the rows, ${began} to ${ended} s; --map time=COLUMN names times of one clock`
      : `${span} cannot be judged, since no row tells its time`;
  }
}

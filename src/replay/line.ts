import type { Column, Meaning } from '../scalars/index.ts';
import type { Readings } from './recorded-machine.ts';

/** What a line tells: numbers by meaning, times of steps by worker, readings of the machine, and what is judged by its name. */
export interface Line {
  readonly numbers: ReadonlyMap<Meaning, number>;
  /** By the column that counts them; which one counts for the file is not known by a line. */
  readonly steps: ReadonlyMap<Column, number>;
  readonly times: ReadonlyMap<number, number>;
  readonly readings: Readings;
  readonly extras: Extras;
}

/** What has no meaning and is judged by its name. */
export type Extras = ReadonlyMap<string, number>;

/** What says where a training stands, and not how it does. */
const whereabouts: ReadonlySet<string> = new Set<Meaning>(['step', 'time', 'rank', 'epoch']);

export function tellsMoreThanWhere(meanings: Iterable<string>): boolean {
  for (const meaning of meanings) if (!whereabouts.has(meaning)) return true;
  return false;
}

/** Whether anything of a line can be judged. */
export function tells({ numbers, times, readings, extras }: Line): boolean {
  return times.size + readings.size + extras.size > 0 || tellsMoreThanWhere(numbers.keys());
}

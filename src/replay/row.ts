import type { StepValues } from '../runs/index.ts';
import type { Meaning, Read } from '../scalars/index.ts';
import { tellsMoreThanWhere, type Extras, type Line } from './line.ts';
import type { Readings, TimedReadings } from './recorded-machine.ts';

/** One row of a recorded run. What was not measured is absent; NaN and infinities are data. */
export interface Row {
  /** Which rank of the run it is of; 0 where the recording does not say. */
  readonly rank: number;
  readonly step: number;
  /** Seconds on any clock that rises, null where the row has none. */
  readonly time: number | null;
  readonly values: StepValues;
  /** The loss scaler skipped a step since the row before. */
  readonly skipped: boolean;
  /** What was read of the machine then; absent where the row tells nothing of it. */
  readonly readings?: Readings;
  /** What has no meaning and is judged by its name; absent where the row has none. */
  readonly extras?: Extras;
}

/** The highest rank of which a row is read: each one is judged for itself. */
const highestRank = 16_383;

/** Whether anything of a row can be judged, beyond where the training stands. */
export function isTelling({ values, skipped, readings, extras }: Row): boolean {
  return skipped || readings !== undefined || extras !== undefined || tellsMoreThanWhere(Object.keys(values));
}

/** Makes a row of numbers by meaning. */
export function rowOf({ numbers, readings, extras }: Omit<Line, 'times' | 'steps'>): Read<Row> {
  const {
    step,
    time,
    rank = 0,
    skipped_steps: skipped = 0,
    ...values
  } = Object.fromEntries(numbers) as Partial<Record<Meaning, number>>;
  if (step === undefined)
    return { error: 'found no step, expected a whole number in every row; --map step=COLUMN names its column' };
  if (!Number.isSafeInteger(step) || step < 0) return { error: `step: found ${step}, expected a whole number from 0` };
  if (!Number.isSafeInteger(rank) || rank < 0 || rank > highestRank)
    return { error: `rank: found ${rank}, expected a whole number from 0 to ${highestRank}` };
  return {
    value: {
      rank,
      step,
      time: time !== undefined && Number.isFinite(time) ? time : null,
      values,
      skipped: skipped > 0,
      ...(readings.size > 0 && { readings }),
      ...(extras.size > 0 && { extras }),
    },
  };
}

/** The row of a line and of each worker whose time it tells. What else the line tells is of rank 0, where it names no other. */
export function rowsOf(told: Line): Read<readonly Row[]> {
  const { times } = told;
  const line = rowOf(told);
  if ('error' in line) return line;
  if (times.size === 0) return { value: [line.value] };
  const { rank: named, values, step, time, skipped, ...others } = line.value;
  const ranks = new Set([...(isTelling(line.value) ? [named] : []), ...times.keys()]);
  const rows = [...ranks].map((rank): Row => {
    const own = times.get(rank);
    const isNamed = rank === named;
    return {
      ...{ rank, step, time, skipped: isNamed && skipped },
      values: { ...(isNamed && values), ...(own !== undefined && { step_seconds: own }) },
      ...(isNamed && others),
    };
  });
  return { value: rows };
}

/** The readings of a line of which none is a step; null where it has none. */
export function timedReadings({ numbers, readings }: Line): Read<TimedReadings | null> {
  const time = numbers.get('time');
  if (time === undefined || !Number.isFinite(time))
    return { error: 'found no time, expected seconds in every row of the machine; --map time=COLUMN names its column' };
  return { value: readings.size > 0 ? { time, readings } : null };
}

/** A number as programs write it, `inf` and `nan` included, or a truth value as 1 or 0; undefined for any other text. */
export function parseNumber(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  if (/^[+-]?inf(inity)?$/.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  if (/^[+-]?nan$/.test(word)) return NaN;
  if (word === 'true' || word === 'false') return Number(word === 'true');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word)) return undefined;
  return Number(word);
}

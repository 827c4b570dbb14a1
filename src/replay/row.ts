import type { StepValues } from '../runs/index.ts';
import type { Meaning, Read } from '../scalars/index.ts';

/** One row of a recorded run. What was not measured is absent; NaN and infinities are data. */
export interface Row {
  readonly step: number;
  /** Seconds on any clock that rises, null where the row has none. */
  readonly time: number | null;
  readonly values: StepValues;
  /** The loss scaler skipped a step since the row before. */
  readonly skipped: boolean;
}

/** Makes a row of numbers by meaning. */
export function rowOf(numbers: ReadonlyMap<Meaning, number>): Read<Row> {
  const {
    step,
    time,
    skipped_steps: skipped = 0,
    ...values
  } = Object.fromEntries(numbers) as Partial<Record<Meaning, number>>;
  if (step === undefined)
    return { error: 'found no step, expected a whole number in every row; --map step=COLUMN names its column' };
  if (!Number.isSafeInteger(step) || step < 0) return { error: `step: found ${step}, expected a whole number from 0` };
  return {
    value: { step, time: time !== undefined && Number.isFinite(time) ? time : null, values, skipped: skipped > 0 },
  };
}

/** A number as programs write it, `inf` and `nan` included; undefined for any other text. */
export function parseNumber(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  if (/^[+-]?inf(inity)?$/.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  if (/^[+-]?nan$/.test(word)) return NaN;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word)) return undefined;
  return Number(word);
}

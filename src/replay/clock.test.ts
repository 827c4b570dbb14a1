import { describe, expect, it } from 'vitest';
import type { StepValues } from '../runs/index.ts';
import { RowClock } from './clock.ts';

interface Told {
  readonly step: number;
  readonly rank?: number;
  readonly time?: number;
  readonly seconds?: number;
  readonly values?: StepValues;
}

/** Where a clock stands after each of the rows. */
function told(rows: readonly Told[], clock = new RowClock()): readonly number[] {
  return rows.map(({ step, rank = 0, time = null, seconds, values }) =>
    clock.take({
      ...{ rank, step, time, skipped: false },
      values: { ...values, ...(seconds !== undefined && { step_seconds: seconds }) },
    }),
  );
}

describe('RowClock', () => {
  it('lets every step pass, whether or not it has a row or tells its time', () => {
    expect(told([{ step: 0, seconds: 2 }, { step: 10 }, { step: 20, seconds: 3 }, { step: 25 }])).toEqual([
      0, 20, 50, 65,
    ]);
  });

  it('takes the times of rows before those of steps, and goes on by steps where a row has none', () => {
    const rows = [{ step: 5, time: 1000, seconds: 2 }, { step: 6 }, { step: 7, time: 1010 }, { step: 8, time: 1009 }];
    expect(told(rows)).toEqual([0, 2, 10, 10]);
  });

  it('waits for the next time where only times are told, now and then', () => {
    const clock = new RowClock();
    expect(told([{ step: 5, time: 5 }, { step: 6 }, { step: 7, time: 9 }], clock)).toEqual([0, 0, 4]);
    expect(clock.guessedSteps).toBe(0);
  });

  it('begins with the start of the run, where the first row counts from it, and else with the first row', () => {
    expect(
      told([
        { step: 0, time: 90 },
        { step: 1, time: 91 },
      ]),
    ).toEqual([90, 91]);
    expect(told([{ step: 1, time: 1_700_000_000 }])).toEqual([0]);
    expect(told([{ step: 500, time: 90 }])).toEqual([0]);
  });

  it('counts the steps that pass as one second each, until their time is told', () => {
    const clock = new RowClock();
    expect(told([{ step: 5 }, { step: 15 }, { step: 25, seconds: 0.5 }, { step: 35 }], clock)).toEqual([0, 10, 15, 20]);
    expect(clock.guessedSteps).toBe(10);
  });

  it('takes a step that a rank went back to for one step, and goes on from there', () => {
    expect(told([{ step: 100, seconds: 2 }, { step: 110 }, { step: 90 }, { step: 100 }])).toEqual([0, 20, 22, 42]);
  });

  it('goes by the steps of the first rank alone', () => {
    const rows = [0, 10, 20].flatMap((step) => [
      { step, rank: 3, seconds: 1 },
      { step, rank: 0, seconds: 9 },
    ]);
    expect(told(rows)).toEqual([0, 0, 10, 10, 20, 20]);
  });

  it('does not count the steps of an evaluation told apart twice', () => {
    const evaluation = { step: 15, values: { validation_loss: 1 } };
    expect(told([{ step: 10, seconds: 1 }, evaluation, { step: 20, seconds: 1 }])).toEqual([0, 5, 10]);
  });
});

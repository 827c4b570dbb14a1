import { describe, expect, it } from 'vitest';
import { ReadingsAlong } from './readings-along.ts';

function readings(...times: readonly number[]) {
  const all = times.map((time) => ({ time, readings: new Map() }));
  return { all, along: new ReadingsAlong(all) };
}

describe('ReadingsAlong', () => {
  it('come in the order of their times, each once, and none from before the run', () => {
    const { all, along } = readings(12, 5, 10, 20);
    const heard = (until: number) =>
      [...along.between(10, until)].map((each) => all.find((one) => one.readings === each)?.time);
    expect([heard(11), heard(15), heard(15), heard(30)]).toEqual([[10], [12], [], [20]]);
  });

  it('are of another clock where none lies within the times of the rows', () => {
    const { along } = readings(0, 5, 2395);
    expect(along.strays(1000, 3400)).toBeNull();
    expect(along.strays(1_700_000_001, 1_700_002_400)).toBe(
      'the readings from 0 to 2395 s lie outside of the times of the rows, 1700000001 to 1700002400 s; --map time=COLUMN names times of one clock',
    );
    expect(along.strays(6, 8)).toContain('lie outside');
    expect(along.strays(-Infinity, -Infinity)).toContain('no row tells its time');
    expect(readings().along.strays(0, 10)).toBeNull();
  });
});

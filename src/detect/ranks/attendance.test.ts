import { describe, expect, it } from 'vitest';
import { fromLine, restoreState, toLine } from '../../snapshot/index.ts';
import { Attendance } from './attendance.ts';

const row = (...ranks: readonly number[]) => new Map(ranks.map((rank) => [rank, 0]));

describe('Attendance', () => {
  it('calls a step complete when every known rank told of it', () => {
    const attendance = new Attendance();
    expect(attendance.take(row(0, 1, 2), 3)).toEqual({ complete: true, changed: true });
    expect(attendance.take(row(0, 2), 3)).toEqual({ complete: false, changed: false });
    expect(attendance.take(row(2, 1, 0), 3)).toEqual({ complete: true, changed: false });
    expect(attendance.take(row(0, 1, 2, 3), 3)).toEqual({ complete: true, changed: true });
  });

  it('gives a rank up that misses more steps in a row than it has patience for', () => {
    const attendance = new Attendance();
    attendance.take(row(0, 1), 2);
    attendance.take(row(0), 2);
    attendance.take(row(0, 1), 2);
    expect([1, 2, 3, 4].map(() => attendance.take(row(0), 2))).toEqual([
      { complete: false, changed: false },
      { complete: false, changed: false },
      { complete: true, changed: true },
      { complete: true, changed: false },
    ]);
  });

  it('forgets a rank, and knows the others after a restart', () => {
    const attendance = new Attendance();
    attendance.take(row(0, 1, 2), 3);
    attendance.forget(1);
    const restarted = new Attendance();
    expect(restoreState(restarted, fromLine(toLine(attendance)))).toBe(true);
    expect(restarted.take(row(0), 3)).toEqual({ complete: false, changed: false });
    expect(restarted.take(row(0, 2), 3)).toEqual({ complete: true, changed: false });
  });
});

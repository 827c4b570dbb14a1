import { describe, expect, it } from 'vitest';
import { fromLine, toLine } from '../snapshot/index.ts';
import { Progress, type savedProgress } from './progress.ts';
import type * as v from 'valibot';

describe('Progress', () => {
  it('tells how long there was no step, by the clock of the exporter', () => {
    const progress = new Progress(1000);
    expect(progress.tell(3, null, 1070)).toEqual({ rank: 3, step: null, steps: 0, idle: 70, usual: null });
    progress.took(5000, 1080);
    expect(progress.tell(3, 0, 1081)).toEqual({ rank: 3, step: 0, steps: 1, idle: 1, usual: null });
  });

  it('tells how long a step takes at most, by the clock of the worker, whenever its batches arrive', () => {
    const progress = new Progress(1000);
    for (let step = 0; step <= 100; step += 1) progress.took(step * 2, 1000 + 10 * Math.ceil(step / 5));
    expect(progress.tell(0, 100, 1200).usual).toBe(2);
    // One that took long is beyond the percentile, the second is not.
    progress.took(300, 1300);
    expect(progress.tell(0, 101, 1300).usual).toBe(2);
    progress.took(400, 1400);
    expect(progress.tell(0, 102, 1400).usual).toBe(100);
  });

  it('takes a clock that was set back for no time at all', () => {
    const progress = new Progress(0);
    for (const time of [10, 12, 5, 7]) progress.took(time, 0);
    expect(progress.tell(0, 3, 0)).toMatchObject({ steps: 4, usual: 2 });
  });

  it('does not count pauses that are not its fault', () => {
    const progress = new Progress(1000);
    progress.excuse(500);
    expect(progress.tell(0, null, 1510).idle).toBe(10);
    progress.resume(1511);
    progress.pause(1520);
    progress.pause(1600);
    progress.resume(2000);
    expect(progress.tell(0, null, 2001).idle).toBe(21);
    expect(progress.tell(0, null, 1900).idle).toBe(0);
  });

  it('goes on after a restart where it was, without the time between', () => {
    const before = new Progress(1000);
    for (const time of [1, 3, 5]) before.took(time, 1000);
    const saved = fromLine(toLine(before.save(1060))) as v.InferOutput<typeof savedProgress>;
    const after = Progress.restore(saved, 2000);
    expect(after.save(2001)).toEqual(saved);
    after.resume(2010);
    expect(after.tell(0, 2, 2015)).toEqual({ rank: 0, step: 2, steps: 3, idle: 65, usual: 2 });
  });
});

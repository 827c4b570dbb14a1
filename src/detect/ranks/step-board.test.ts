import { describe, expect, it } from 'vitest';
import { StepBoard } from './step-board.ts';

function board() {
  const made = new StepBoard(() => ({ told: '' }));
  return {
    made,
    put: (step: number, rank: number) =>
      made
        .put(step, rank, { told: `${step}/${rank}` })
        .map(([done, row]) => `${done}: ${[...row.values()].map(({ told }) => told).join(' ')}`),
  };
}

describe('StepBoard', () => {
  it('gives a step when every rank has told it, though one is far ahead', () => {
    const { put } = board();
    put(0, 0);
    put(0, 1);
    expect([1, 2, 3].flatMap((step) => put(step, 0))).toEqual([]);
    expect([1, 2, 3].flatMap((step) => put(step, 1))).toEqual(['1: 1/0 1/1', '2: 2/0 2/1', '3: 3/0 3/1']);
  });

  it('does not wait for a step that a rank left out', () => {
    const { put } = board();
    put(0, 0);
    put(0, 1);
    put(1, 0);
    expect(put(2, 1)).toEqual(['1: 1/0']);
  });

  it('waits for a rank for 32 steps, and again when it is back', () => {
    const { put } = board();
    put(0, 0);
    put(0, 1);
    const alone = Array.from({ length: 60 }, (_, at) => put(1 + at, 0));
    expect(alone.findIndex((given) => given.length > 0)).toBe(32);
    expect(alone.flat()).toHaveLength(60);
    put(61, 1);
    expect(put(61, 0)).toEqual(['61: 61/1 61/0']);
  });

  it('leaves out what comes too late, and takes steps again after a return to a checkpoint', () => {
    const { made, put } = board();
    expect([put(0, 0), put(1, 0)]).toEqual([['0: 0/0'], ['1: 1/0']]);
    expect(put(1, 1)).toEqual([]);
    made.rewind(0, 1);
    made.rewind(1, 1);
    expect(put(1, 0)).toEqual(['1: 1/0']);
  });

  it('forgets a rank', () => {
    const { made, put } = board();
    put(0, 0);
    put(0, 1);
    made.forget(1);
    expect(put(1, 0)).toEqual(['1: 1/0']);
  });
});

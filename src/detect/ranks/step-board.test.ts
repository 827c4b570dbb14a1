import fc from 'fast-check';
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

  it('waits for a rank for 256 steps, and again when it is back', () => {
    const { put } = board();
    put(0, 0);
    put(0, 1);
    const alone = Array.from({ length: 300 }, (_, at) => put(1 + at, 0));
    expect(alone.findIndex((given) => given.length > 0)).toBe(256);
    expect(alone.flat()).toHaveLength(300);
    put(301, 1);
    expect(put(301, 0)).toEqual(['301: 301/1 301/0']);
  });

  it('waits for fewer steps where many ranks tell them, and for 32 of however many', () => {
    const waited = (ranks: number) => {
      const { put } = board();
      for (let rank = 0; rank < ranks; rank += 1) put(0, rank);
      return Array.from({ length: 300 }, (_, at) => put(1 + at, 0)).findIndex((given) => given.length > 0);
    };
    expect([waited(1024), waited(4096)]).toEqual([64, 32]);
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

  it('gives what counting anew after each report would give, whatever ranks report, forget and take back', () => {
    const entry = fc.record({
      act: fc.constantFrom('put', 'put', 'put', 'put', 'forget', 'rewind', 'restart'),
      rank: fc.nat(4),
      step: fc.nat(12),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 200 }), (entries) => {
        let ours = new StepBoard<number>(() => 0);
        const plain = new PlainBoard();
        for (const { act, rank, step } of entries) {
          if (act === 'put') {
            const given = ours.put(step, rank, step).map(([done, row]) => [done, [...row.keys()]]);
            expect(given).toEqual(plain.put(step, rank));
          } else if (act === 'restart') {
            const again = new StepBoard<number>(() => 0);
            expect(again.restore(JSON.parse(JSON.stringify(ours)))).toBe(true);
            ours = again;
          } else if (act === 'forget') {
            ours.forget(rank);
            plain.last.delete(rank);
          } else {
            ours.rewind(rank, step);
            plain.rewind(rank, step);
          }
        }
      }),
    );
  });
});

/** The rule in its plainest form, for steps that fit on the board. */
class PlainBoard {
  readonly last = new Map<number, number>();
  readonly #rows = new Map<number, number[]>();
  #given = -1;

  put(step: number, rank: number): [number, number[]][] {
    this.last.set(rank, step);
    if (step <= this.#given) return [];
    this.#rows.set(step, [...new Set([...(this.#rows.get(step) ?? []), rank])]);
    const done = [...this.#rows]
      .filter(([at, row]) => [...this.last].every(([each, last]) => last >= at || row.includes(each)))
      .sort(([one], [other]) => one - other);
    for (const [at] of done) this.#rows.delete(at);
    this.#given = Math.max(this.#given, ...done.map(([at]) => at));
    return done;
  }

  rewind(rank: number, step: number): void {
    for (const [at, row] of this.#rows) {
      const left = at >= step ? row.filter((each) => each !== rank) : row;
      if (left.length > 0) this.#rows.set(at, left);
      else this.#rows.delete(at);
    }
    this.last.delete(rank);
    this.#given = Math.min(this.#given, step - 1);
  }
}

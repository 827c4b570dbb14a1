import { describe, expect, it } from 'vitest';
import { fromLine, toLine } from './json.ts';
import { restoreState } from './restore-state.ts';

class Open {
  private readonly inner = { last: null as number | null };
  #hidden = 5;

  take(value: number): void {
    this.inner.last = value;
  }

  get both(): readonly (number | null)[] {
    return [this.inner.last, this.#hidden];
  }
}

class Closed {
  #sum = 0;

  add(value: number): void {
    this.#sum += value;
  }

  get sum(): number {
    return this.#sum;
  }

  toJSON(): number {
    return this.#sum;
  }

  restore(saved: unknown): boolean {
    if (typeof saved !== 'number') return false;
    this.#sum = saved;
    return true;
  }
}

const start = () => ({
  count: 0,
  limit: Infinity,
  best: null as { step: number } | null,
  path: [] as number[],
  block: new Float64Array(2),
  open: new Open(),
  closed: new Closed(),
});

describe('restoreState', () => {
  it('fills a new state, and objects in it keep their class', () => {
    const before = start();
    Object.assign(before, { count: 2, limit: NaN, best: { step: 7 }, path: [1, 2], block: Float64Array.of(1, NaN) });
    before.open.take(3);
    before.closed.add(4);
    const after = start();
    expect(restoreState(after, fromLine(toLine(before)))).toBe(true);
    expect(after).toEqual(before);
    expect([after.open.both, after.closed.sum]).toEqual([[3, 5], 4]);
  });

  it.each([
    ['a field that it does not know', { ...start(), more: 1 }],
    ['a field that is missing', { count: 1 }],
    ['a field of another type', { ...start(), count: '1' }],
    ['null where there was none', { ...start(), count: null }],
    ['an array of another length', { ...start(), block: new Float64Array(3) }],
    ['something else than an array', { ...start(), path: { length: 1 } }],
    ['an object that does not take its part', { ...start(), closed: 'four' }],
    ['text', 'state'],
    ['an array', [1]],
    ['nothing', undefined],
  ])('refuses %s', (_, saved) => {
    expect(restoreState(start(), saved)).toBe(false);
  });
});

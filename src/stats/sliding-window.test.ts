import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlidingWindow } from './sliding-window.ts';

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half]! + sorted[half - 1]!) / 2;
}

describe('SlidingWindow', () => {
  it('agrees with sorting, for every stream and length', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -1e9, max: 1e9, noNaN: true })), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 20 }),
        (drawn, capacity) => {
          const stream = drawn.map((value) => value + 0); // -0 and 0 are one value here

          const window = new SlidingWindow(capacity);
          for (const [at, value] of stream.entries()) {
            const evicted = window.push(value);
            expect(evicted).toBe(at < capacity ? undefined : stream[at - capacity]);
            const last = stream.slice(Math.max(0, at + 1 - capacity), at + 1);
            const middle = median(last);
            expect([...window.sorted]).toEqual(last.toSorted((a, b) => a - b));
            expect(window.median()).toBe(middle);
            expect([window.quantile(0), window.quantile(1)]).toEqual([Math.min(...last), Math.max(...last)]);
            expect(window.quantile(0.9)).toBe(window.sorted[Math.floor(0.9 * last.length)]);
            expect(window.mad()).toBeCloseTo(median(last.map((x) => Math.abs(x - middle))), 6);
          }
        },
      ),
    );
  });

  it('keeps infinities in order', () => {
    const window = new SlidingWindow(3);
    for (const value of [Infinity, 1, -Infinity, 2]) window.push(value);
    expect([...window.sorted]).toEqual([-Infinity, 1, 2]);
  });

  it('says NaN of nothing, and begins anew after clear', () => {
    const window = new SlidingWindow(2);
    expect(window.median()).toBeNaN();
    expect(window.mad()).toBeNaN();
    expect(window.quantile(1)).toBeNaN();
    window.push(1);
    window.push(5);
    window.clear();
    expect(window.size).toBe(0);
    expect(window.quantile(1)).toBeNaN();
    expect(window.push(7)).toBeUndefined();
    expect(window.median()).toBe(7);
    expect(window.mad()).toBe(0);
  });
});

describe('a sliding window that is restored', () => {
  it('goes on as the other one', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true })), fc.array(fc.double({ noNaN: true })), (before, after) => {
        const [old, restored] = [new SlidingWindow(5), new SlidingWindow(5)];
        for (const value of before) old.push(value);
        expect(restored.restore(old.toJSON())).toBe(true);
        for (const value of after) expect(restored.push(value)).toBe(old.push(value));
        expect([...restored.sorted]).toEqual([...old.sorted]);
      }),
    );
  });

  it('of another length takes what finds room; it takes no NaN and nothing else', () => {
    const window = new SlidingWindow(2);
    expect(window.restore(Float64Array.of(3, 1, 2))).toBe(true);
    expect([...window.sorted]).toEqual([1, 2]);
    expect(window.restore(Float64Array.of(NaN))).toBe(false);
    expect(window.restore([1, 2])).toBe(false);
  });
});

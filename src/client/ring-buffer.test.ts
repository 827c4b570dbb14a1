import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RingBuffer } from './ring-buffer.ts';

test('the oldest value gives way, and the others keep their index', () => {
  const ring = new RingBuffer<string>(2);
  for (const value of ['a', 'b', 'c']) ring.push(value);
  expect([ring.first, ring.end, ring.size]).toEqual([1, 3, 2]);
  expect([ring.at(0), ring.at(1), ring.at(2), ring.at(3)]).toEqual([undefined, 'b', 'c', undefined]);
});

test('it behaves like a list that is cut at its capacity', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.array(fc.oneof(fc.record({ push: fc.nat() }), fc.record({ forget: fc.integer({ min: -1, max: 60 }) })), {
        maxLength: 50,
      }),
      (capacity, actions) => {
        const ring = new RingBuffer<number>(capacity);
        let list: { index: number; value: number }[] = [];
        let next = 0;
        for (const action of actions) {
          if ('push' in action) {
            ring.push(action.push);
            list = [...list, { index: next, value: action.push }].slice(-capacity);
            next += 1;
          } else {
            ring.forget(action.forget);
            list = list.filter(({ index }) => index >= action.forget);
          }
          expect(ring.slice(-5, 1_000)).toEqual(list.map(({ value }) => value));
          expect([ring.size, ring.end]).toEqual([list.length, next]);
          for (const { index, value } of list) expect(ring.at(index)).toBe(value);
        }
      },
    ),
  );
});

test('a value that is taken out leaves the others where they are', () => {
  const ring = new RingBuffer<string>(3);
  for (const value of ['a', 'b', 'c']) ring.push(value);
  ring.remove(1);
  expect([ring.at(0), ring.at(1), ring.at(2), ring.size]).toEqual(['a', undefined, 'c', 3]);
  expect(ring.slice(0, 3)).toEqual(['a', 'c']);
});

test('a capacity that is no number of values is a mistake of the programmer', () => {
  expect(() => new RingBuffer(0)).toThrow('at least 1, not 0');
});

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { LowerEnvelope } from './lower-envelope.ts';

it('keeps the minima of ever longer stretches', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 200 }), (values) => {
      const envelope = new LowerEnvelope({ base: 3, window: 4, scales: 3 });
      values.forEach((value) => envelope.push(value));
      for (const scale of [0, 1, 2]) {
        const span = 3 * 2 ** scale;
        expect(envelope.span(scale)).toBe(span);
        const minima = Array.from({ length: Math.floor(values.length / span) }, (_, at) =>
          Math.min(...values.slice(at * span, (at + 1) * span)),
        );
        expect([...envelope.minima(scale)]).toEqual(minima.slice(-4));
        expect(envelope.highestBefore(scale)).toBe(Math.max(-Infinity, ...minima.slice(0, -4)));
      }
    }),
  );
});

it('tells which scales have a new minimum, and begins anew', () => {
  const envelope = new LowerEnvelope({ base: 2, window: 4, scales: 3 });
  expect([1, 2, 3, 4, 5, 6, 7, 8].map((value) => envelope.push(value))).toEqual([0, 1, 0, 2, 0, 1, 0, 3]);
  envelope.clear(12);
  expect(envelope.minima(0)).toHaveLength(0);
  expect(envelope.push(1)).toBe(0);
});

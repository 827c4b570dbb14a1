import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromLine, toLine } from './json.ts';

/** What a section may hold: objects of any depth, and the numbers that JSON has no words for. */
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.double().map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.oneof(fc.string(), fc.constantFrom('~', '~NaN', '~~', 'Infinity')),
    fc.constantFrom(null, true, false),
    fc.float64Array(),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
  ),
})).value;

it('gives every value back to the last bit, on one line', () => {
  fc.assert(
    fc.property(plain, (value) => {
      const line = toLine(value);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(fromLine(line)).toEqual(value);
    }),
  );
});

it('keeps arrays of numbers with all that JSON has no words for', () => {
  const numbers = Float64Array.of(0.1, -0, NaN, Infinity, 5e-324);
  expect(fromLine(toLine({ numbers }))).toEqual({ numbers });
});

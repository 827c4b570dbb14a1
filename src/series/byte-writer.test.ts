import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from './byte-writer.ts';

const ascii = fc.string({ unit: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)) });
const piece = fc.oneof(
  fc.record({ how: fc.constant('text' as const), text: fc.string({ unit: 'grapheme' }) }),
  fc.record({ how: fc.constant('bytes' as const), text: fc.string({ unit: 'grapheme' }) }),
  fc.record({ how: fc.constant('ascii' as const), text: ascii }),
);

describe('ByteWriter', () => {
  it('gives the UTF-8 of all that was written, however short the expectation was', () => {
    fc.assert(
      fc.property(fc.array(piece), fc.nat(64), (pieces, expected) => {
        const writer = new ByteWriter(expected);
        for (const { how, text } of pieces) {
          if (how === 'bytes') writer.bytes(Buffer.from(text));
          else writer[how](text);
        }
        expect(writer.written).toEqual(Buffer.from(pieces.map(({ text }) => text).join('')));
      }),
    );
  });
});

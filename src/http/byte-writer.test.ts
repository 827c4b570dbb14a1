import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from './byte-writer.ts';

describe('ByteWriter', () => {
  it('gives the UTF-8 of all text, however short the expectation was', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.nat(64), (texts, expected) => {
        const writer = new ByteWriter(expected);
        for (const text of texts) writer.write(text);
        expect(writer.bytes).toEqual(Buffer.from(texts.join('')));
      }),
    );
  });
});

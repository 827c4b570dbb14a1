import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxBytes, read, write } from './format.ts';
import { Room } from './room.ts';
import type { Section } from './section.ts';

const section = (name: string, parts: readonly unknown[], version = 1): Section => ({
  name,
  version,
  revision: () => 0,
  save: () => parts,
  restore: () => null,
});

function written(
  sections: readonly Section[],
  limit = maxBytes,
): { readonly bytes: Buffer; readonly leftOut: string[] } {
  const leftOut: string[] = [];
  const text = [...write(sections, 17, new Room(limit), (name) => leftOut.push(name))].join('');
  return { bytes: Buffer.from(text), leftOut };
}

describe('a snapshot', () => {
  it('gives back every section with its version and parts', () => {
    const { bytes } = written([section('runs', [{ loss: NaN }, 2]), section('xid', [], 3)]);
    expect(read(bytes)).toEqual({
      time: 17,
      sections: new Map([
        ['runs', { version: 1, parts: [{ loss: NaN }, 2] }],
        ['xid', { version: 3, parts: [] }],
      ]),
    });
  });

  it('comes in pieces, so that the event loop gets its turn between them', () => {
    const runs = section('runs', Array<string>(100).fill('x'.repeat(10_000)));
    const pieces = [...write([runs], 0, new Room(maxBytes), () => undefined)];
    expect(pieces.length).toBeGreaterThan(10);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(80_000);
  });

  it('leaves out what is beyond its limit, part by part, and tells of which section', () => {
    const { bytes, leftOut } = written([section('runs', ['a']), section('detect', ['b'.repeat(2000), 'c'])], 1000);
    expect(leftOut).toEqual(['detect']);
    expect(bytes.length).toBeLessThanOrEqual(1000);
    expect(read(bytes, 1000)).toMatchObject({
      sections: new Map([
        ['runs', { version: 1, parts: ['a'] }],
        ['detect', { version: 1, parts: ['c'] }],
      ]),
    });
  });

  it('fills its limit to the byte, and tells a section which of its parts is left out', () => {
    const { length } = written([section('runs', ['a', 'b'])]).bytes;
    expect(written([section('runs', ['a', 'b'])], length).leftOut).toEqual([]);
    const parts: unknown[] = [];
    const runs = { ...section('runs', ['a', 'b']), leftOut: (part: unknown) => parts.push(part) };
    expect(written([runs], length - 1).leftOut).toEqual(['runs']);
    expect(parts).toEqual(['b']);
  });

  it('is refused when it was cut anywhere, or is too large', () => {
    const { bytes } = written([section('runs', [1, 2]), section('xid', [{ boot: 'b' }])]);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(read(bytes.subarray(0, length))).toHaveProperty('refusal');
    }
    expect(read(bytes.subarray(0, bytes.length - 1))).toEqual({
      refusal: 'it is not whole: it does not end with a seal',
    });
    expect(read(bytes, 10)).toEqual({ refusal: 'it is larger than 10 bytes' });
  });

  it('is refused when any bit of it was changed', () => {
    const { bytes } = written([section('runs', [{ steps: 12 }])]);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        expect(read(changed)).toHaveProperty('refusal');
      }),
    );
    const changed = Buffer.from(bytes.toString().replace('12', '13'));
    expect(read(changed)).toEqual({ refusal: 'it was damaged: its checksum does not match' });
  });

  it('of another format is refused with both versions', () => {
    const other = sealed('{"format":"gradwatch-snapshot","version":2,"time":0}\n');
    expect(read(other)).toEqual({ refusal: 'it is of format 2, and this gradwatch reads format 1' });
    expect(read(sealed('{"format":"other"}\n'))).toEqual({ refusal: 'it is no snapshot of gradwatch' });
    expect(read(sealed('{"format":"gradwatch-snapshot","version":1,"time":0}\n{"part":1}\n'))).toHaveProperty(
      'refusal',
    );
  });

  it('may be any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (content) => {
        expect(read(Buffer.from(content))).toHaveProperty('refusal');
        expect(read(sealed(Buffer.from(content).toString()))).toHaveProperty('refusal');
      }),
    );
  });
});

function sealed(content: string): Buffer {
  const line = `{"sha256":"${createHash('sha256').update(content).digest('hex')}"}\n`;
  return Buffer.from(content + line);
}

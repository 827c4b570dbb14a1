import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventRecord, recordOf } from '../../test/support/event-file.ts';
import { crc32c } from './crc32c.ts';
import { parseEvent, RecordCutter, type CutRecord } from './index.ts';

/** All that is cut from the chunks. */
function cut(...chunks: readonly Buffer[]): readonly CutRecord[] {
  const cutter = new RecordCutter();
  return chunks.flatMap((chunk) => [...cutter.push(chunk)]);
}

describe('crc32c', () => {
  it.each([
    // https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4
    [Buffer.alloc(32), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
    [Buffer.from('123456789'), 0xe3069283],
  ])('of %o', (bytes, sum) => {
    expect(crc32c(bytes)).toBe(sum);
  });
});

describe('RecordCutter', () => {
  const file = Buffer.concat(['one', '', 'three'].map((text) => recordOf(Buffer.from(text))));

  it('cuts the same records however the bytes come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(file.length), { maxLength: 6 }), (cuts) => {
        const bounds = [0, ...cuts.toSorted((one, other) => one - other), file.length];
        const chunks = bounds.slice(1).map((end, index) => file.subarray(bounds[index], end));
        const texts = cut(...chunks).map((each) => (each.kind === 'record' ? each.bytes.toString() : each.kind));
        expect(texts).toEqual(['one', '', 'three']);
      }),
    );
  });

  it('waits for the rest of a record', () => {
    const cutter = new RecordCutter();
    expect([...cutter.push(file.subarray(0, file.length - 1))]).toHaveLength(2);
    expect(cutter.pending).toBe(20);
    expect([...cutter.push(file.subarray(file.length - 1))]).toHaveLength(1);
    expect(cutter.pending).toBe(0);
  });

  it('goes on after a damaged record, and after a damaged length at the next one', () => {
    const damaged = Buffer.from(file);
    damaged[12] = 0;
    expect(cut(damaged).map(({ kind }) => kind)).toEqual(['damaged', 'record', 'record']);
    const broken = Buffer.from(file);
    broken[0] = 9;
    expect(cut(broken).map(({ kind }) => kind)).toEqual(['broken', 'record', 'record']);
    const cutter = new RecordCutter({ searching: true });
    expect([...cutter.push(file.subarray(5))].map(({ kind, end }) => [kind, end])).toEqual([
      ['record', 19 + 16 - 5],
      ['record', file.length - 5],
    ]);
  });

  it('believes no length that is beyond any record', () => {
    const bytes = Buffer.concat([recordOf(Buffer.alloc(0), 2n ** 40n), file]);
    expect(cut(bytes).map(({ kind }) => kind)).toEqual(['broken', 'record', 'record', 'record']);
  });

  it('passes over what is longer than it holds, however it comes', () => {
    const long = recordOf(Buffer.alloc(100));
    for (const size of [1, 7, 13, 1000]) {
      const cutter = new RecordCutter({ held: 50 });
      const bytes = Buffer.concat([long, file]);
      const found: CutRecord[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        found.push(...cutter.push(bytes.subarray(at, at + size)));
        if (found.length === 1) expect(cutter.done).toBe(long.length);
        expect(cutter.pending).toBeLessThan(50 + size);
      }
      expect(found.map(({ kind }) => kind)).toEqual(['skipped', 'record', 'record', 'record']);
      expect(cutter.done).toBe(bytes.length);
    }
  });

  it('waits at zeros for what will be written there', () => {
    const cutter = new RecordCutter();
    expect([...cutter.push(Buffer.concat([file, Buffer.alloc(500)]))]).toHaveLength(3);
    expect([cutter.done, cutter.searching]).toEqual([file.length, false]);
    expect([...cutter.push(file)].map(({ kind }) => kind)).toEqual(['broken', 'record', 'record', 'record']);
    const long = [...new RecordCutter().push(Buffer.alloc(1024 * 1024))];
    expect(long.map(({ kind }) => kind)).toEqual(['broken']);
  });

  it('tells where each record ends, so that another cutter can go on there', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 5 }), fc.nat(), (junk, seed) => {
        const bytes = Buffer.concat(junk.flatMap((each, at) => [recordOf(Buffer.from([at])), Buffer.from(each)]));
        const whole = [...new RecordCutter().push(bytes)];
        const some = whole[seed % Math.max(1, whole.length)];
        if (some === undefined) return;
        const rest = new RecordCutter({ searching: some.kind === 'broken' });
        const after = [...rest.push(bytes.subarray(some.kind === 'broken' ? some.end + 1 : some.end))];
        const texts = (cuts: readonly CutRecord[]) =>
          cuts.map((each) => (each.kind === 'record' ? each.bytes : each.kind));
        expect(texts(after)).toEqual(texts(whole.slice(whole.indexOf(some) + 1)));
      }),
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const each of cut(Buffer.from(bytes))) if (each.kind === 'record') parseEvent(each.bytes);
        parseEvent(bytes);
      }),
    );
  });
});

describe('parseEvent', () => {
  const scalars = (value: object) =>
    parseEvent(eventRecord({ step: 7, wallTime: 1.5, values: [{ tag: 'a', ...value }] }));

  it('reads scalars in the older encoding, to the last digit of a float', () => {
    expect(scalars({ simpleValue: 0.1 })).toEqual({ step: 7, time: 1.5, scalars: [['a', Math.fround(0.1)]] });
  });

  it.each([
    ['a float', { dtype: 1, floatVal: [0.5] }, 0.5],
    ['a double', { dtype: 2, doubleVal: [0.1] }, 0.1],
    ['a whole number', { dtype: 9, int64Val: [3] }, 3],
    ['a bfloat16', { dtype: 14, halfVal: [0x3fc0] }, 1.5],
    ['a half', { dtype: 19, halfVal: [0xc000] }, -2],
    ['a tiny half', { dtype: 19, halfVal: [1] }, 2 ** -24],
    ['content', { dtype: 2, tensorContent: Buffer.from(new Float64Array([NaN]).buffer) }, NaN],
    ['one element', { dtype: 1, tensorShape: { dim: [{ size: 1 }] }, floatVal: [4] }, 4],
  ])('reads %s in the newer encoding', (_, tensor, value) => {
    expect(scalars({ tensor })?.scalars).toEqual([['a', value]]);
  });

  it.each([
    ['text', { dtype: 7 }],
    ['a vector', { dtype: 1, tensorShape: { dim: [{ size: 2 }] }, floatVal: [1, 2] }],
    ['nothing', { dtype: 1 }],
    ['content of another length', { dtype: 1, tensorContent: Buffer.alloc(8) }],
  ])('leaves out %s', (_, tensor) => {
    expect(scalars({ tensor })?.scalars).toEqual([]);
  });
});

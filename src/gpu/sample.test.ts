import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mostGpus } from './gpu-count.ts';
import type { Row } from './row.ts';
import { SampleCutter } from './sample.ts';

function row(index: number | null, count: number | null = null): Row {
  const uuid = index === null ? null : `GPU-${index}`;
  return {
    index,
    uuid,
    bus: null,
    name: null,
    driver: null,
    count,
    state: 'ok',
    offers: new Set(),
    values: new Map(),
    texts: new Map(),
    dropped: [],
  };
}

/** Indices of every sample that comes of the rows. */
function cut(rows: readonly Row[], cutter = new SampleCutter()): (number | null)[][] {
  return rows.flatMap((row) => {
    const sample = cutter.add(row);
    return sample === null ? [] : [sample.rows.map(({ index }) => index)];
  });
}

describe('SampleCutter', () => {
  test('a sample is complete with its last GPU, not with the first of the next', () => {
    expect(cut([row(0, 2), row(1, 2)])).toEqual([[0, 1]]);
  });

  test('a GPU that comes again closes a sample in which a row is missing', () => {
    expect(cut([row(0, 3), row(2, 3), row(0, 3), row(2, 3), row(0, 3)])).toEqual([
      [0, 2],
      [0, 2],
    ]);
  });

  test('two cards that tell the same UUID are two', () => {
    const twins = ['0000:1b:00.0', '0000:43:00.0'].map((bus, index) => ({ ...row(index, 2), uuid: 'GPU-0', bus }));
    expect(cut([...twins, ...twins])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test('counts what was asked for, when not all GPUs were', () => {
    expect(cut([row(0, 8), row(2, 8)], new SampleCutter(['0000:1b:00.0', '0000:52:00.0'], []))).toEqual([[0, 2]]);
  });

  test('rows without a name fill their place, also when no row tells the count any more', () => {
    const cutter = new SampleCutter();
    expect(cut([row(0, 2), row(null, 2)], cutter)).toEqual([[0, null]]);
    expect(cut([row(null), row(null)], cutter)).toEqual([[null, null]]);
  });

  test('one row that is wrong about the count neither cuts a sample in two nor holds it up', () => {
    const beat = (wrong: number | null, told: number) => [0, 1, 2, 3].map((at) => row(at, at === wrong ? told : 4));
    const whole = [0, 1, 2, 3];
    for (const wrong of whole)
      expect(cut([...beat(null, 4), ...beat(wrong, 1), ...beat(wrong, 12)])).toEqual([whole, whole, whole]);
  });

  test('follows a count that changes', () => {
    const beat = (count: number) => Array.from({ length: count }, (_, at) => row(at, count));
    const sizes = [2, 4, 4, 3, 3].flatMap(beat);
    expect(cut(sizes).map(({ length }) => length)).toEqual([2, 4, 4, 3, 3]);
  });

  test('holds a bounded number of rows', () => {
    const nameless = Array.from({ length: mostGpus + 1 }, () => row(null));
    expect(cut(nameless)).toEqual([Array(mostGpus).fill(null)]);
  });

  test('from the second sample on no healthy GPU is left out, wherever the stream begins', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16 }), fc.nat(15), (count, from) => {
        const stream = Array.from({ length: 5 * count }, (_, at) => row((at + from) % count, count));
        for (const sample of cut(stream).slice(1)) expect(new Set(sample).size).toBe(count);
      }),
    );
  });
});

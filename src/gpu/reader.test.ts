import { expect, test } from 'vitest';
import { Reader } from './reader.ts';
import { SampleCutter } from './sample.ts';

const header = 'count, index, uuid, temperature.gpu';
const row = '1, 0, GPU-0, 41';

function kinds(reader: Reader, lines: readonly string[]): string[] {
  return lines.map((line) => reader.read(line).kind);
}

test('a few warnings may stand before the header and between rows', () => {
  const reader = new Reader(new SampleCutter());
  expect(kinds(reader, ['a warning', header, row, 'a warning', row])).toEqual([
    'line',
    'line',
    'sample',
    'unreadable',
    'sample',
  ]);
});

test('more of them in a row than a driver has are no answer to a query', () => {
  const strays = Array.from({ length: 21 }, (_, at) => `stray ${at}`);
  const [last] = kinds(new Reader(new SampleCutter()), strays).slice(-1);
  expect(last).toBe('garbage');

  const reader = new Reader(new SampleCutter());
  expect(kinds(reader, [header, ...strays.slice(1)])).not.toContain('garbage');
  expect(kinds(reader, [row, ...strays.slice(1)])).not.toContain('garbage');
  expect(kinds(reader, ['one more'])).toEqual(['garbage']);
});

test('a part of a row is none of its words', () => {
  const reader = new Reader(new SampleCutter());
  kinds(reader, [header, row, 'a warning']);
  expect([reader.cut, reader.words]).toEqual([false, 'a warning']);
  for (const part of ['1', '1, 0, GPU-0', '[N/A], [N/A], GPU-0, [N/A], 2']) {
    kinds(reader, [part]);
    expect([reader.cut, reader.words]).toEqual([true, 'a warning']);
  }
  kinds(reader, [row]);
  expect([reader.cut, reader.words]).toEqual([false, '']);
});

test('that a GPU has no handle is among its words where no row comes any more', () => {
  const reader = new Reader(new SampleCutter());
  const complaint = 'Unable to determine the device handle for GPU 0000:0B:00.0: Unknown Error';
  expect(kinds(reader, [header, row, complaint, row])).not.toContain('unreadable');
  expect(reader.words).toBe('');
  for (const _ of [1, 2]) kinds(reader, [complaint]);
  expect(reader.words).toBe(complaint);
});

test('what stands before the header and after the last row are its words', () => {
  const reader = new Reader(new SampleCutter());
  kinds(reader, ['a warning', header, 'another', row]);
  expect(reader.words).toBe('a warning');
  kinds(reader, ['No devices were found']);
  expect(reader.words).toBe('a warning\nNo devices were found');
});

import { describe, expect, test } from 'vitest';
import { agreedCount, readGpuCount } from './gpu-count.ts';

test.each([
  ['8', 8],
  ['1', 1],
  ['64', 64],
  ['65', 'impossible'],
  ['900', 'impossible'],
  ['0', 'impossible'],
  ['-8', 'impossible'],
  ['8.5', 'malformed'],
  ['8,0', 'malformed'],
  ['8 MiB', 'unknown_unit'],
  ['[N/A]', null],
  ['', null],
])('%s GPUs are read as %s', (text, value) => {
  expect(readGpuCount(text)).toBe(value);
});

describe('the number of GPUs that rows agree on', () => {
  test.each([
    ['all tell it', [8, 8, 8], 8],
    ['one tells more', [8, 8, 12, 8], 8],
    ['one tells less, and first', [1, 8, 8], 8],
    ['as many tell either: the newer', [7, 7, 8, 8], 8],
    ['some tell none', [null, 8, null], 8],
    ['none tells it', [null], null],
    ['there are no rows', [], null],
  ])('%s', (_, counts, agreed) => {
    expect(agreedCount(counts.map((count) => ({ count })))).toBe(agreed);
  });
});

import { describe, expect, it } from 'vitest';
import { cellsOf } from './csv-cells.ts';

describe('cellsOf', () => {
  it.each([
    ['a, b ,,c', ['a', 'b', '', 'c']],
    ['"a","b, c" ,"say ""so"""', ['a', 'b, c', 'say "so"']],
    ['1,"two\nlines",3', ['1', 'two\nlines', '3']],
    ['"",', ['', '']],
    ['', ['']],
    ['12" pipe,"a" b,c', ['12" pipe', '"a" b', 'c']],
  ])('cuts %j', (record, cells) => {
    expect(cellsOf(record)).toEqual(cells);
  });

  it.each(['1,"two', '"', '1,"say ""so'])('knows that %j goes on', (record) => {
    expect(cellsOf(record)).toBeNull();
  });
});

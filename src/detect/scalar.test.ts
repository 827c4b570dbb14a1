import { expect, it } from 'vitest';
import { namePattern } from './scalar.ts';

it.each([
  ['a,b', ['a', 'b'], ['ab', 'c', '']],
  [
    ' gradwatch_node_*_bytes ',
    ['gradwatch_node_memory_used_bytes'],
    ['gradwatch_node_load1', 'x_gradwatch_node_a_bytes'],
  ],
  ['a.b+c', ['a.b+c'], ['axb+c', 'a.bbc']],
  ['*', ['anything'], []],
  [' , ', [], ['', 'a']],
])('the patterns %j mean these names and no others', (list, meant, others) => {
  const means = namePattern(list);
  expect(meant.filter((name) => !means(name))).toEqual([]);
  expect(others.filter((name) => means(name))).toEqual([]);
});

import { expect, test } from 'vitest';
import { takeOutBeyondTotal } from './memory-parts.ts';

test.each([
  ['more than the total', { memoryTotal: 80, memoryUsed: 81, memoryFree: 80, memoryReserved: 2 }, [], ['memoryUsed']],
  ['a total that is impossible', { memoryUsed: 1, bar1Used: 1 }, ['memoryTotal'], ['memoryUsed']],
  ['a total that is not told', { memoryUsed: 81 }, [], []],
  ['another memory', { memoryTotal: 80, bar1Total: 4, bar1Used: 5, protectedMemoryFree: 9 }, [], ['bar1Used']],
] as const)('%s', (_, told, impossible, taken) => {
  const values = new Map<string, number>(Object.entries(told));
  const before = [...values.keys()];
  expect(takeOutBeyondTotal(values, new Set<string>(impossible))).toEqual(taken);
  expect([...values.keys()]).toEqual(before.filter((id) => !(taken as readonly string[]).includes(id)));
});

import { expect, test } from 'vitest';
import { roundSeconds, Turns } from './turns.ts';

test('each has its turn while there is time, those first whose turn is longest ago', async () => {
  let now = 0;
  const turns = new Turns(() => now);
  const had: string[] = [];
  const round = (gpus: readonly string[], seconds: number) =>
    turns.take(gpus, (gpu) => {
      had.push(gpu);
      now += seconds;
      return Promise.resolve();
    });
  expect(await round(['a', 'b', 'c'], 0)).toBe(true);
  expect(await round(['a', 'b', 'c'], roundSeconds / 2)).toBe(false);
  expect(await round(['a', 'b', 'c', 'd'], roundSeconds)).toBe(false);
  expect(await round(['a', 'b', 'c', 'd'], 0)).toBe(true);
  expect(had.join(' ')).toBe('a b c a b d c a b d');
  // One that is gone is passed over.
  had.length = 0;
  expect(await round(['b', 'd'], 2 * roundSeconds)).toBe(false);
  expect(await round(['b', 'd'], 0)).toBe(true);
  expect(await round([], 0)).toBe(true);
  expect(had.join(' ')).toBe('b d b');
});

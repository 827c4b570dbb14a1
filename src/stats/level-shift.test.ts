import { expect, it } from 'vitest';
import { normals } from '../../test/support/detection.ts';
import { LevelShift } from './level-shift.ts';

/** Feeds values and gives the last answer. */
function feed(shift: LevelShift, values: readonly number[], learn = true) {
  return values.map((value) => shift.take(value, learn)).at(-1) ?? null;
}
const level = (count: number, value: number) => Array.from({ length: count }, () => value);

it('says nothing until there are twice as many values before as there are last ones', () => {
  const shift = new LevelShift(4, 100);
  expect(feed(shift, level(11, 1))).toBeNull();
  expect(feed(shift, [1])).toEqual({ by: 0, usual: 1, sigma: 0, size: 8 });
});

it('moves with the level, and not with outliers', () => {
  const shift = new LevelShift(5, 100);
  feed(shift, level(50, 1));
  expect(feed(shift, [9, 9])).toMatchObject({ by: 0 });
  expect(feed(shift, [9])).toMatchObject({ by: 8, usual: 1 });
});

it('does not learn what it is not to, and goes on after an interruption', () => {
  const shift = new LevelShift(5, 100);
  feed(shift, level(50, 1));
  expect(feed(shift, level(500, 3), false)).toMatchObject({ by: 2, usual: 1, size: 45 });
  shift.interrupt();
  expect(feed(shift, level(4, 3))).toBeNull();
  expect(feed(shift, [3])).toMatchObject({ by: 2, usual: 1 });
  shift.clear();
  expect(feed(shift, level(5, 3))).toBeNull();
});

it('gives the spread of a normal stream', () => {
  const noise = normals(3);
  const last = feed(
    new LevelShift(10, 500),
    Array.from({ length: 2000 }, () => 5 + 2 * noise()),
  );
  expect(last?.sigma).toBeGreaterThan(1.8);
  expect(last?.sigma).toBeLessThan(2.2);
});

it('tells how far medians strayed before: less than values do, unless these resemble their neighbours', () => {
  const furthest = (correlation: number) => {
    let sum = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = normals(seed);
      const shift = new LevelShift(15, 128);
      let value = random();
      for (let at = 0; at < 300; at += 1) {
        value = correlation * value + Math.sqrt(1 - correlation ** 2) * random();
        shift.take(value, true);
      }
      sum += shift.furthestMedian();
    }
    return sum / 20;
  };
  expect(furthest(0)).toBeGreaterThan(0.5);
  expect(furthest(0)).toBeLessThan(0.95);
  expect(furthest(0.9)).toBeGreaterThan(1.1);
});

import { expect, it } from 'vitest';
import { LowestOnPath } from './lowest-on-path.ts';

function fallen(): LowestOnPath {
  const lowest = new LowestOnPath();
  for (let step = 0; step <= 1000; step += 1) lowest.take(1000 - step, step);
  return lowest;
}

it('knows after a return what was lowest by half of the way to that step, and nothing of what came after', () => {
  const lowest = fallen();
  expect(lowest.value).toBe(0);
  lowest.goBack(700);
  expect(lowest.value).toBe(1000 - 510);
  expect(lowest.take(300, 700)).toBe(true);
  lowest.goBack(300);
  expect(lowest.value).toBe(1000 - 254);
  lowest.goBack(0);
  expect(lowest.value).toBe(Infinity);
});

it('knows it of a run that is seen from late on, by the way since then', () => {
  const lowest = new LowestOnPath();
  for (let step = 10_000; step <= 14_000; step += 1) lowest.take(20_000 - step, step);
  lowest.goBack(13_900);
  expect(lowest.value).toBe(20_000 - 10_000 - 2046);
  lowest.goBack(9_000);
  expect(lowest.value).toBe(Infinity);
});

it('keeps over a return what was lowest long before', () => {
  const lowest = new LowestOnPath();
  lowest.take(5, 20);
  expect(lowest.take(7, 900)).toBe(false);
  lowest.goBack(600);
  expect(lowest.value).toBe(5);
});

it('takes no value for lower than the least that counts', () => {
  const lowest = fallen();
  lowest.raise(600);
  expect(lowest.value).toBe(600);
  lowest.goBack(700);
  expect(lowest.value).toBe(600);
  lowest.goBack(100);
  expect(lowest.value).toBe(1000 - 62);
});

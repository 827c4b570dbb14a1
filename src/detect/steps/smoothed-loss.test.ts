import { expect, it } from 'vitest';
import { normals, steps } from '../../../test/support/detection.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

it('has a level when its window is full', () => {
  const loss = new SmoothedLoss(3);
  for (const value of [5, 1]) loss.push(value);
  expect(loss.level).toBeNull();
  loss.push(4);
  expect(loss.level).toBe(4);
  loss.clear();
  expect(loss.level).toBeNull();
  expect(loss.noise).toBe(0);
});

it('tells the noise of a value beside a trend', () => {
  const random = normals(5);
  const noises = steps(200, () => {
    const loss = new SmoothedLoss(5);
    for (let at = 0; at < 40; at += 1) loss.push(10 - 0.05 * at + 0.3 * random());
    return loss.noise;
  });
  const mean = noises.reduce((sum, noise) => sum + noise, 0) / noises.length;
  expect(mean).toBeGreaterThan(0.27);
  expect(mean).toBeLessThan(0.33);
});

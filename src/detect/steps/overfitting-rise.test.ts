import { expect, it } from 'vitest';
import { OverfittingRise } from './overfitting-rise.ts';

/** The step of the lowest point at each evaluation that ends a rise, null at the others. */
function feet(...losses: readonly number[]) {
  const path = new OverfittingRise();
  return losses.map((validation, step) => path.take({ step, validation, training: 1 }, 4)?.from.step ?? null);
}

it('gives a rise from its lowest point on, five points after it', () => {
  expect(feet(3, 2, 1, 1, 1.1, 1.2, 1.3, 1.4, 1.5)).toEqual([null, null, null, null, null, null, null, null, 2]);
});

it('asks for a multiple of the largest fall on the way up', () => {
  const up = (fall: number) => [1, 1, 1, 1.2, 1.4, 1.4, 1.4 - fall, 1.4 - fall, 1.8, 2, 2];
  expect(feet(...up(0.1)).at(-1)).toBe(1);
  expect(feet(...up(0.3)).at(-1)).toBeNull();
});

it('asks for a multiple of the largest rise that was lost before', () => {
  const rise = [1, 1, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6];
  expect(feet(...rise).at(-1)).toBe(1);
  expect(feet(1.2, 1.2, 1.2, 1.4, 1.4, 1.4, ...rise).at(-1)).toBeNull();
});

it('is not moved by two bad evaluations', () => {
  expect(feet(1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 1, 1).filter((foot) => foot !== null)).toEqual([]);
});

it('begins anew on another path', () => {
  const path = new OverfittingRise();
  const take = (validation: number) => path.take({ step: 0, validation, training: 1 }, 4);
  for (const loss of [0.5, 0.5, 0.5]) take(loss);
  path.clear();
  expect([1, 1, 1, 1.1, 1.2, 1.3, 1.4].map(take)).toEqual([null, null, null, null, null, null, null]);
  expect(take(1.5)?.from.validation).toBe(1);
});

import { expect, test } from 'vitest';
import { unnamedRun } from './run-name.ts';

const now = new Date('2026-11-23T20:15:07.123Z');

const alone = (path: string | undefined) =>
  unnamedRun({ path, worldSize: 1, environment: { MASTER_PORT: '29500' } }, now, 'a1b2');

test('a run of one rank is told apart by its moment', () => {
  expect(alone('/job/train.mjs')).toBe('train-20261123T201507Z-a1b2');
  expect(alone('/job/digits/index.js')).toBe('digits-20261123T201507Z-a1b2');
  expect(alone(undefined)).toBe('node-20261123T201507Z-a1b2');
});

test('all ranks of a run find the same name', () => {
  const script = { path: '/job/train.ts', worldSize: 8, environment: { MASTER_ADDR: 'node-1', MASTER_PORT: '29500' } };
  expect(unnamedRun(script, now, 'a1b2')).toBe('train-node-1-29500');
  expect(unnamedRun({ ...script, environment: {} }, new Date(), 'ffff')).toBe('train');
});

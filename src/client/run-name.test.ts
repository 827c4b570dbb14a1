import { expect, test } from 'vitest';
import { unnamedRun } from './run-name.ts';

const now = new Date('2026-11-23T20:15:07.123Z');

test('a run of one rank is told apart by its moment', () => {
  expect(unnamedRun('/job/train.mjs', 1, now, 'a1b2')).toBe('train-20261123T201507Z-a1b2');
  expect(unnamedRun('/job/digits/index.js', 1, now, 'a1b2')).toBe('digits-20261123T201507Z-a1b2');
  expect(unnamedRun(undefined, 1, now, 'a1b2')).toBe('node-20261123T201507Z-a1b2');
});

test('all ranks of a run find the same name', () => {
  expect(unnamedRun('/job/train.ts', 8, now, 'a1b2')).toBe(unnamedRun('/job/train.ts', 8, new Date(), 'ffff'));
});

import { expect, it } from 'vitest';
import { readConfig } from '../../config/index.ts';
import { outOfStep } from './out-of-step.ts';

const read = readConfig(outOfStep.options, {});
if (!('value' in read)) throw new Error('no defaults');
const options = read.value;

/** What is said in so many seconds of ranks that are at these steps. */
function watch(seconds: number, stepOf: (rank: number, second: number) => number) {
  const state = outOfStep.start(options);
  return Array.from({ length: seconds }, (_, second) =>
    outOfStep
      .observe(
        state,
        [0, 1, 2].map((rank) => ({
          rank,
          uuid: null,
          step: stepOf(rank, second),
          steps: 99,
          idle: 0,
          usual: 1,
          phase: null,
        })),
        options,
      )
      .map(({ rank, verdict }) => `${verdict.status} ${rank} at ${second}`),
  ).flat();
}

it('finds the rank that goes along at another step, and when it does so no longer', () => {
  const said = watch(100, (rank, second) => 1000 + second - (rank === 1 && second < 80 ? 500 : 0));
  expect(said[0]).toBe('evidence 1 at 59');
  expect(said.at(-1)).toBe('recovered 1 at 80');
});

it('finds the one that is ahead of all others, and not these', () => {
  const said = watch(100, (rank, second) => 1000 + second + (rank === 1 && second < 80 ? 40 : 0));
  expect(said[0]).toBe('evidence 1 at 59');
  expect(said.filter((each) => !each.startsWith('evidence 1'))).toEqual(['recovered 1 at 80']);
});

it('is silent about batches that arrive apart, and ranks that do not wait for each other', () => {
  expect(watch(300, (rank, second) => 1000 + second - (rank === 1 ? second % 4 : 0))).toEqual([]);
  expect(watch(300, (rank, second) => 1000 + Math.floor(second * (1 - 0.2 * rank)))).toEqual([]);
});

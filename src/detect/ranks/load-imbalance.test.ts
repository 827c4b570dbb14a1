import { expect, it } from 'vitest';
import { GroupFeed } from '../../../test/support/detection.ts';
import { loadImbalance } from './load-imbalance.ts';

/** All ranks take a second together; the slowest has `most` of work, the others half a second. */
function values(rank: number, slowest: number, most: number) {
  return { step_seconds: 1, collective_wait_seconds: 1 - (rank === slowest ? most : 0.5) };
}

it('finds work that is uneven in turn, and that it no longer is', () => {
  const feed = new GroupFeed(loadImbalance, 4);
  expect(feed.run(201, (rank, step) => values(rank, step % 4, 0.9))).toMatchObject([
    {
      // The first step is taken before the other ranks are known.
      step: 100,
      verdict: {
        severity: 'info',
        firstStep: 1,
        score: expect.closeTo(0.4) as number,
        cause:
          'The typical rank loses 40 % of each step since step 1 because another one has more to do: most often rank 1, in 25 % of the steps.',
      },
    },
    { step: 200 },
  ]);
  expect(feed.run(100, (rank, step) => values(rank, step % 4, 0.6))).toMatchObject([
    { verdict: { status: 'recovered' } },
  ]);
});

it('tells its end of the rank of which it told the beginning, whoever is not compared in a step', () => {
  const feed = new GroupFeed(loadImbalance, 4);
  const busy = (rank: number, step: number) => (rank === 0 && step === 100 ? { checkpoint_seconds: 0.3 } : {});
  const said = [
    ...feed.run(201, (rank, step) => ({ ...values(rank, step % 4, 0.9), ...busy(rank, step) })),
    ...feed.run(100, (rank, step) => values(rank, step % 4, 0.6)),
  ];
  expect(said.map(({ rank, verdict: { status } }) => `${status} ${rank}`)).toEqual([
    'evidence 1',
    'evidence 1',
    'recovered 1',
  ]);
});

it('leaves one rank that is always the last to others, and does not judge one alone', () => {
  expect(new GroupFeed(loadImbalance, 4).run(300, (rank) => values(rank, 2, 0.9))).toEqual([]);
  expect(new GroupFeed(loadImbalance, 1).run(300, (rank) => values(rank, 0, 0.9))).toEqual([]);
});

it('passes over a rank that writes a checkpoint or evaluates meanwhile', () => {
  const pausing = (rank: number, step: number) => ({
    ...values(rank, step % 4, step % 4 === rank ? 0.95 : 0.5),
    ...(step % 4 === rank && { checkpoint_seconds: 0.45 }),
  });
  expect(new GroupFeed(loadImbalance, 4).run(300, pausing)).toEqual([]);
});

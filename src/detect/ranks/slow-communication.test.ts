import { expect, it } from 'vitest';
import { GroupFeed, normals } from '../../../test/support/detection.ts';
import { slowCommunication } from './slow-communication.ts';

const noise = normals(1);
/** A step of 0.1 s of own work, a transfer, and what rank 1 makes the others wait. */
function values(rank: number, transfer: number, late = 0) {
  const own = 0.1 * (1 + 0.01 * noise()) + (rank === 1 ? late : 0);
  const wait = transfer * (1 + 0.05 * noise()) + (rank === 1 ? 0 : late);
  return { step_seconds: own + wait, collective_wait_seconds: wait };
}

it('finds transfers that take longer on all ranks, and when it is over', () => {
  const feed = new GroupFeed(slowCommunication, 4);
  expect(feed.run(200, (rank) => values(rank, 0.02))).toEqual([]);
  const said = feed.run(100, (rank) => values(rank, 0.06));
  expect(said[0]).toMatchObject({ step: 207, verdict: { severity: 'warning', firstStep: 200 } });
  expect(said[0]?.verdict).toMatchObject({
    cause: expect.stringMatching(
      /^Collectives take 3\d\.?\d* % of the step also on the rank that waits least/,
    ) as string,
  });
  expect(feed.run(60, (rank) => values(rank, 0.02)).at(-1)).toMatchObject({ verdict: { status: 'recovered' } });
});

it('leaves the wait for a straggler to others', () => {
  const feed = new GroupFeed(slowCommunication, 4);
  feed.run(200, (rank) => values(rank, 0.02));
  expect(feed.run(200, (rank) => values(rank, 0.02, 0.2))).toEqual([]);
});

it('says nothing of one rank, and without waits', () => {
  const alone = new GroupFeed(slowCommunication, 1);
  alone.run(200, (rank) => values(rank, 0.02));
  expect(alone.run(100, (rank) => values(rank, 0.2))).toEqual([]);
  expect(new GroupFeed(slowCommunication, 3).run(400, (_, step) => ({ step_seconds: 1 + step }))).toEqual([]);
});

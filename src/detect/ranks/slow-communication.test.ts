import { describe, expect, it } from 'vitest';
import { GroupFeed, normals, observation, steps } from '../../../test/support/detection.ts';
import { peerGroup } from './peers.ts';
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
  const end = feed.run(60, (rank) => values(rank, 0.02)).at(-1);
  expect(end).toMatchObject({ verdict: { status: 'recovered' } });
  // Whoever waited least at each step: a finding waits for the recovery of all of whom it was told.
  expect(new Set(said.map(({ rank }) => rank))).toEqual(new Set([end?.rank]));
});

it('takes the step less its own time for the wait of a rank that tells that', () => {
  const feed = new GroupFeed(slowCommunication, 4);
  const told = (transfer: number) => (rank: number) => {
    const { step_seconds: whole, collective_wait_seconds: wait } = values(rank, transfer);
    return { step_seconds: whole, own_seconds: whole - wait };
  };
  expect(feed.run(200, told(0.02))).toEqual([]);
  expect(feed.run(100, told(0.06))[0]).toMatchObject({ verdict: { severity: 'warning', firstStep: 200 } });
});

it('is silent when the computation becomes faster and the transfer does not', () => {
  const feed = new GroupFeed(slowCommunication, 4);
  feed.run(200, (rank) => values(rank, 0.02));
  const faster = (transfer: number) => (rank: number) => {
    const { step_seconds: whole, collective_wait_seconds: wait } = values(rank, transfer);
    return { step_seconds: (whole - wait) / 3 + wait, collective_wait_seconds: wait };
  };
  expect(feed.run(300, faster(0.02))).toEqual([]);
  expect(feed.run(100, faster(0.06))[0]).toMatchObject({ verdict: { severity: 'warning', firstStep: 500 } });
});

it('hears the ranks of all stages of a pipeline, which wait for the straggler of one', () => {
  const stage = (index: number) => peerGroup(slowCommunication.peers, { parallel: { pipeline: { index, size: 2 } } });
  expect(stage(0)).toBe(stage(1));
});

it('is silent for transfers of which some always took longer', () => {
  const feed = new GroupFeed(slowCommunication, 2);
  const chance = normals(4);
  const transfers = steps(2000, () => (chance() > 0.6 ? 0.06 : 0.02));
  expect(feed.run(2000, (rank, step) => values(rank, transfers[step] ?? NaN))).toEqual([]);
});

it('leaves the wait for a straggler to others', () => {
  const feed = new GroupFeed(slowCommunication, 4);
  feed.run(200, (rank) => values(rank, 0.02));
  expect(feed.run(200, (rank) => values(rank, 0.02, 0.2))).toEqual([]);
});

describe('while the straggler is not heard', () => {
  /** Rank 1 is late from step 200; what it tells of steps 300 to 300 + gap does not come, or all at once after them. */
  function said(gap: number, isLate: boolean) {
    const options = { enabled: true, share: 0.1, z: 4, recent: 15, window: 128 };
    const state = slowCommunication.start(options);
    const tell = (step: number, rank: number) =>
      slowCommunication.observe(state, observation(step, values(rank, 0.02, step < 200 ? 0 : 0.2), { rank }), options);
    return steps(700, (step) => step).flatMap((step) => {
      const isAway = step >= 300 && step < 300 + gap;
      const ranks = isAway ? [0, 2, 3] : [0, 1, 2, 3];
      const held = isLate && step === 300 + gap ? steps(gap, (at) => 300 + at) : [];
      return [...held.flatMap((late) => tell(late, 1)), ...ranks.flatMap((rank) => tell(step, rank))];
    });
  }

  it.each([6, 8, 34, 60, 200, 400])('says nothing for %i steps', (gap) => {
    expect(said(gap, false)).toEqual([]);
    expect(said(gap, true)).toEqual([]);
  });
});

it('finds slow transfers though a rank tells of every fourth step only, and after one has ended', () => {
  const feed = new GroupFeed(slowCommunication, 4);
  feed.run(200, (rank) => values(rank, 0.02));
  const sparse = (transfer: number) => (rank: number, step: number) =>
    rank === 3 && step % 4 > 0 ? {} : values(rank, transfer);
  feed.run(200, sparse(0.02));
  expect(feed.run(100, sparse(0.06))[0]).toMatchObject({
    rank: expect.any(Number) as number,
    verdict: { status: 'evidence' },
  });
  const fewer = new GroupFeed(slowCommunication, 4);
  fewer.run(200, (rank) => values(rank, 0.02));
  fewer.forget(3);
  expect(fewer.run(200, (rank) => values(rank, 0.02), {}, 3)).toEqual([]);
  expect(fewer.run(100, (rank) => values(rank, 0.06), {}, 3)[0]).toMatchObject({ verdict: { status: 'evidence' } });
});

it('says nothing of one rank, and without waits', () => {
  const alone = new GroupFeed(slowCommunication, 1);
  alone.run(200, (rank) => values(rank, 0.02));
  expect(alone.run(100, (rank) => values(rank, 0.2))).toEqual([]);
  expect(new GroupFeed(slowCommunication, 3).run(400, (_, step) => ({ step_seconds: 1 + step }))).toEqual([]);
});

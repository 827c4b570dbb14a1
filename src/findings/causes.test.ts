import { describe, expect, it } from 'vitest';
import { evidence, findingsHouse } from '../../test/support/findings-house.ts';
import type { DetectorFacts } from '../detect/index.ts';

const facts = { meaning: '', explains: [], alert: 'rank_degraded', endsWithRun: true } as const;
const throttled: DetectorFacts = {
  ...facts,
  kind: 'throttled',
  subject: 'gpu',
  explains: ['throttled', 'hot', 'slow_rank', 'slow_run'],
};
const hotCard: DetectorFacts = { ...facts, kind: 'hot', subject: 'gpu', explains: ['hot'] };
const gpuLost: DetectorFacts = { ...facts, kind: 'gpu_lost', subject: 'series', explains: ['lost'] };
const lost: DetectorFacts = {
  ...facts,
  kind: 'lost',
  subject: 'rank',
  explains: ['lost', 'stalled'],
  endsWithRun: false,
};
const slowRank: DetectorFacts = { ...facts, kind: 'slow_rank', subject: 'rank', explains: ['slow_run'] };
const slowRun: DetectorFacts = { ...facts, kind: 'slow_run', subject: 'run' };
const waiting: DetectorFacts = { ...facts, kind: 'waiting', subject: 'series', endsWithRun: false };
const stalled: DetectorFacts = { ...facts, kind: 'stalled', subject: 'rank', explains: ['waiting', 'lost'] };
const nan: DetectorFacts = { ...facts, kind: 'nan', subject: 'run', explains: ['lost', 'diverged', 'exploded'] };
const exploded: DetectorFacts = { ...facts, kind: 'exploded', subject: 'run', explains: ['diverged'] };
const blown: DetectorFacts = { ...facts, kind: 'blown', subject: 'run', explains: ['diverged', 'nan'] };
const diverged: DetectorFacts = { ...facts, kind: 'diverged', subject: 'run', explains: ['blown', 'exploded'] };
const corrupt: DetectorFacts = { ...facts, kind: 'corrupt', subject: 'run', explains: ['blown', 'nan', 'diverged'] };
const busyNode: DetectorFacts = { ...facts, kind: 'busy_node', subject: 'node', explains: ['slow_rank', 'slow_run'] };
const detectors = [
  throttled,
  hotCard,
  busyNode,
  gpuLost,
  lost,
  slowRank,
  slowRun,
  stalled,
  waiting,
  nan,
  exploded,
  diverged,
  blown,
  corrupt,
];

/** Rank n of the run r computes on GPU-n; those of the other run on GPUs of their own. */
const gpusOf = (run: string, rank: number | null): string[] => {
  if (run !== 'r') return ['GPU-x'];
  return rank === null ? Array.from({ length: 8 }, (_, each) => `GPU-${each}`) : [`GPU-${rank}`];
};
const house = () => findingsHouse(detectors, { max_open: 100 }, { gpusOf });

const hot = evidence('warning', null, { cause: 'GPU 5 is throttled by its temperature.' });
const slow = evidence('warning', 8120, { cause: 'Rank 5 computes 1.4 times slower than its 7 peers since step 8120.' });

it('joins what began at the same step however long steps take', () => {
  const { findings, see, wait } = house();
  see(slowRank, evidence('warning', 300), 5);
  wait(1200);
  see(slowRun, evidence('warning', 300, { step: 307 }));
  expect(findings.open.at(-1)).toMatchObject({ kind: 'slow_run', consequenceOf: 'abc-1' });
});

describe('cards that suffer the same', () => {
  const braked = (card: number) =>
    evidence('warning', null, { cause: `GPU ${card} is throttled by the power brake of the machine.` });

  it('are one incident of which people are told once, with how many they are, and each explains its own rank', () => {
    const { findings, seeGpu, see, wait, notifying } = house();
    for (const card of [0, 1, 2]) seeGpu(throttled, braked(card), `GPU-${card}`);
    wait(5);
    seeGpu(throttled, braked(3), 'GPU-3');
    see(slowRank, slow, 5);
    wait(7);
    seeGpu(throttled, braked(5), 'GPU-5');
    expect(notifying()).toMatchObject([{ kind: 'throttled', subject: { uuid: 'GPU-0' } }]);
    expect(notifying()[0]?.cause).toBe(
      'GPU 0 is throttled by the power brake of the machine; 4 more GPUs of the node are affected; Rank 5 computes 1.4 times slower than its 7 peers since step 8120, first seen 5 s after.',
    );
    expect(findings.open.find(({ kind }) => kind === 'slow_rank')).toMatchObject({
      consequenceOf: 'abc-1',
      cause:
        'Rank 5 computes 1.4 times slower than its 7 peers since step 8120; GPU 5 is throttled by the power brake of the machine, first seen 7 s after.',
    });
  });

  it('name the card of a rank that becomes slow afterwards', () => {
    const { findings, seeGpu, see, wait } = house();
    for (const card of [0, 5]) seeGpu(throttled, braked(card), `GPU-${card}`);
    wait(12);
    see(slowRank, slow, 5);
    expect(findings.open.at(-1)).toMatchObject({
      consequenceOf: 'abc-1',
      cause:
        'Rank 5 computes 1.4 times slower than its 7 peers since step 8120; GPU 5 is throttled by the power brake of the machine, first seen 12 s before.',
    });
  });

  it('are told apart where they began apart, however long the first goes on, or suffer something else', () => {
    const { seeGpu, wait, notifying } = house();
    seeGpu(throttled, braked(0), 'GPU-0');
    for (let waited = 0; waited < 330; waited += 30) {
      wait(30);
      seeGpu(throttled, braked(0), 'GPU-0');
    }
    seeGpu(throttled, braked(1), 'GPU-1');
    seeGpu(gpuLost, evidence('critical', null), 'GPU-2');
    expect(notifying().map(({ subject }) => subject.uuid)).toEqual(['GPU-0', 'GPU-1', 'GPU-2']);
  });

  it('are told apart where something else is to be done', () => {
    const { seeGpu, notifying } = house();
    seeGpu(throttled, { ...hot, advice: 'Look at the cooling.' }, 'GPU-3');
    seeGpu(throttled, { ...braked(7), advice: 'Look at the power supplies.' }, 'GPU-7');
    seeGpu(throttled, { ...hot, advice: 'Look at the cooling.' }, 'GPU-4');
    expect(notifying().map(({ subject }) => subject.uuid)).toEqual(['GPU-3', 'GPU-7']);
  });

  it('are told of again, once, where the first has been in order for long and the others go on', () => {
    const { findings, seeGpu, recoverGpu, wait, notifying } = house();
    for (const card of [0, 1, 2]) seeGpu(throttled, braked(card), `GPU-${card}`);
    recoverGpu(throttled, 'GPU-0');
    const goOn = (seconds: number) => {
      for (let waited = 0; waited < seconds; waited += 30) {
        wait(30);
        for (const card of [1, 2]) seeGpu(throttled, braked(card), `GPU-${card}`);
      }
    };
    goOn(390);
    expect(notifying().map(({ subject }) => subject.uuid)).toEqual(['GPU-0']);
    goOn(60);
    expect(findings.open).toHaveLength(2);
    expect(notifying().map(({ subject }) => subject.uuid)).toEqual(['GPU-1']);
  });

  it('end together where they are well one after the other', () => {
    const { findings, seeGpu, recoverGpu, wait, told } = house();
    for (const card of [0, 1, 2]) seeGpu(throttled, braked(card), `GPU-${card}`);
    for (const card of [0, 1, 2]) {
      recoverGpu(throttled, `GPU-${card}`);
      wait(100);
    }
    wait(120);
    expect(findings.open).toEqual([]);
    expect(told().filter((change) => change === 'opened throttled')).toHaveLength(3);
    expect(findings.resolved.filter(({ consequenceOf }) => consequenceOf === null)).toHaveLength(1);
  });

  it('count where they are hot behind one that is throttled', () => {
    const { seeGpu, notifying } = house();
    seeGpu(hotCard, evidence('warning', null, { cause: 'GPU 0 is hot.' }), 'GPU-0');
    seeGpu(throttled, braked(0), 'GPU-0');
    for (const card of [1, 2])
      seeGpu(hotCard, evidence('warning', null, { cause: `GPU ${card} is hot.` }), `GPU-${card}`);
    expect(notifying().map(({ cause }) => cause)).toEqual([
      'GPU 0 is throttled by the power brake of the machine; 2 more GPUs of the node are affected.',
    ]);
  });
});

describe('two kinds that explain each other', () => {
  it.each([
    ['the older of two that are as bad', exploded, 'critical', diverged, 'critical', 80, 'exploded'],
    ['the older of two that are as bad', diverged, 'critical', exploded, 'critical', 80, 'diverged'],
    ['the worse', diverged, 'critical', exploded, 'warning', 80, 'diverged'],
    ['the older of two that began together', exploded, 'warning', diverged, 'critical', 3, 'exploded'],
  ] as const)('have one cause: %s', (_, first, severity, second, worse, later, cause) => {
    const { findings, see, wait } = house();
    see(first, evidence(severity, 400));
    wait(20);
    see(second, evidence(worse, 400 + later));
    // Told again it stays so.
    see(first, evidence(severity, 400));
    see(second, evidence(worse, 400 + later));
    expect(findings.open.filter(({ consequenceOf }) => consequenceOf === null)).toMatchObject([{ kind: cause }]);
    expect(findings.open).toHaveLength(2);
  });

  it('are one incident for as long as the first goes on, however many steps, but for what becomes worse than it', () => {
    const { findings, see, wait } = house();
    for (let step = 500; step < 9000; step += 100) {
      see(diverged, evidence('warning', 500, { step }));
      wait(25);
    }
    see(exploded, evidence('warning', 9000));
    expect(findings.open).toMatchObject([{ kind: 'diverged' }, { kind: 'exploded', consequenceOf: 'abc-1' }]);
    see(exploded, evidence('critical', 9000));
    expect(findings.open).toMatchObject([{ kind: 'diverged' }, { kind: 'exploded', consequenceOf: null }]);
  });

  it('leave what goes on to stand for itself, where one of them is about to end with its cause', () => {
    const { findings, see, wait, recover } = house();
    see(nan, evidence('critical', 391));
    wait(38);
    recover(nan);
    wait(47);
    see(diverged, evidence('critical', 400));
    wait(10);
    recover(diverged);
    see(exploded, evidence('critical', 405));
    for (let at = 0; at < 12; at += 1) {
      wait(30);
      see(exploded, evidence('critical', 405));
      // Of what goes on people are told all the time.
      expect(findings.open.some(({ consequenceOf }) => consequenceOf === null)).toBe(true);
    }
    expect(findings.open).toMatchObject([{ kind: 'exploded', consequenceOf: null }]);
  });

  it('never follow from themselves, through a third kind either', () => {
    // The explosion explains the NaN, that the divergence, and that, being worse, the explosion.
    const { findings, see, wait, recover } = house();
    see(corrupt, evidence('critical', 399));
    recover(corrupt);
    const loop = [
      [diverged, evidence('critical', 480)],
      [blown, evidence('warning', 400)],
      [nan, evidence('critical', 402)],
    ] as const;
    for (let at = 0; at < 12; at += 1) {
      for (const [kind, what] of loop) {
        see(kind, what);
        wait(10);
      }
    }
    expect(findings.open).toHaveLength(3);
    const roots = findings.open.filter(({ consequenceOf }) => consequenceOf === null);
    expect(roots).toHaveLength(1);
    expect(findings.open.map(({ consequenceOf }) => consequenceOf)).toEqual(
      findings.open.map(({ id }) => (id === roots[0]?.id ? null : roots[0]?.id)),
    );
  });
});

describe('a finding about a GPU', () => {
  it('explains what happens to the rank that computes on it, and is told with it', () => {
    const { findings, seeGpu, see, wait, lines } = house();
    seeGpu(throttled, hot, 'GPU-5');
    wait(12);
    see(slowRank, slow, 5);
    expect(findings.open[1]).toMatchObject({
      consequenceOf: 'abc-1',
      cause:
        'Rank 5 computes 1.4 times slower than its 7 peers since step 8120; GPU 5 is throttled by its temperature, first seen 12 s before.',
    });
    expect(lines('gradwatch_finding_info{finding="abc-2"')[0]).toContain('first seen 12 s before.",');
  });

  it('follows from what the run does, however many steps that took', () => {
    const { findings, seeGpu, see } = house();
    seeGpu(waiting, evidence('warning', null), 'GPU-5');
    see(stalled, evidence('warning', 99), 5);
    expect(findings.open).toMatchObject([{ kind: 'waiting', consequenceOf: 'abc-2' }, { kind: 'stalled' }]);
  });

  it('says itself what it did first to a rank, by its first clause, and goes on to say so when it becomes worse', () => {
    const { findings, seeGpu, see, wait, lines } = house();
    seeGpu(throttled, hot, 'GPU-5');
    wait(12);
    see(slowRun, evidence('warning', 8121, { cause: 'The run has slowed down.' }), 2);
    expect(findings.open[0]?.cause).toBe(
      'GPU 5 is throttled by its temperature; The run has slowed down, first seen 12 s after.',
    );
    see(slowRank, { ...slow, cause: 'Rank 5 computes 1.4 times slower since step 8120; it waits for nobody.' }, 5);
    see(slowRank, { ...slow, cause: 'Rank 5 is another.' }, 5);
    const told = 'Rank 5 computes 1.4 times slower since step 8120, first seen 12 s after.';
    expect(findings.open[0]?.cause).toBe(`GPU 5 is throttled by its temperature; ${told}`);
    expect(lines('gradwatch_finding_info{finding="abc-1"')[0]).toContain(told);
    seeGpu(throttled, { ...hot, severity: 'critical', cause: 'GPU 5 is throttled for good.' }, 'GPU-5');
    expect(findings.open[0]?.cause).toBe(`GPU 5 is throttled for good; ${told}`);
  });

  it('explains what was seen before it', () => {
    const { findings, seeGpu, see, wait, told } = house();
    see(slowRank, slow, 5);
    wait(180);
    seeGpu(throttled, hot, 'GPU-5');
    expect(findings.open[0]?.cause).toMatch(/; GPU 5 is throttled by its temperature, first seen 3 min after\.$/);
    expect(told()).toEqual(['opened slow_rank', 'opened throttled', 'amended slow_rank']);
  });

  it('explains nothing of a run that had ended before, except for how it ended, and names nothing of it', () => {
    const ended = new Map<string, number>();
    const ofBoth = { gpusOf: () => ['GPU-5'], endedAt: (run: string) => ended.get(run) ?? null };
    const { findings, clock, seeGpu, see, wait } = findingsHouse(detectors, {}, ofBoth);
    see(slowRank, { ...slow, cause: 'Rank 5 of the first run is slow.' }, 5, 'first');
    see(lost, evidence('critical', 500), 5, 'first');
    ended.set('first', clock.now);
    wait(50);
    seeGpu(gpuLost, evidence('critical', null), 'GPU-5');
    seeGpu(throttled, hot, 'GPU-5');
    see(slowRank, { ...slow, cause: 'Rank 5 of the second run is slow.' }, 5, 'second');
    const followed = (kind: string, run: string) =>
      findings.open.find((each) => each.kind === kind && each.subject.run === run)?.consequenceOf;
    expect(followed('slow_rank', 'first')).toBeNull();
    expect(followed('lost', 'first')).toBe('abc-3');
    expect(followed('slow_rank', 'second')).toBe('abc-4');
    expect(findings.open.find(({ kind }) => kind === 'throttled')?.cause).toBe(
      'GPU 5 is throttled by its temperature; Rank 5 of the second run is slow, first seen at the same time.',
    );
  });

  it('explains nothing of a run that began after its moment and took steps, and what happens later does', () => {
    const began = { gpusOf: () => ['GPU-5'], startedAt: (): number => 1030 };
    const { findings, clock, seeGpu, see, wait } = findingsHouse(detectors, {}, began);
    const xid = (happenedAt: number) => evidence('critical', null, { happenedAt });
    seeGpu(gpuLost, xid(clock.now), 'GPU-5');
    wait(60);
    // Detectors tell for as long as it is recent.
    seeGpu(gpuLost, xid(1000), 'GPU-5');
    see(lost, evidence('critical', 380), 5);
    see(lost, evidence('critical', null), 6);
    const followed = (rank: number) => findings.open.find(({ subject }) => subject.rank === rank)?.consequenceOf;
    expect([followed(5), followed(6)]).toEqual([null, 'abc-1']);
    seeGpu(gpuLost, xid(1055), 'GPU-5');
    see(lost, evidence('critical', 380), 7);
    expect(followed(7)).toBe('abc-1');
  });

  it('is not the reason for the loss of a rank of a run that had long ended', () => {
    const ofBoth = { gpusOf: () => ['GPU-5'], endedAt: () => 1000 };
    const { findings, seeGpu, see, wait } = findingsHouse(detectors, {}, ofBoth);
    see(lost, evidence('critical', 500), 5, 'first');
    wait(70);
    seeGpu(gpuLost, evidence('critical', null, { cause: 'GPU 5 has fallen off the bus.' }), 'GPU-5');
    expect(findings.open.map(({ consequenceOf }) => consequenceOf)).toEqual([null, null]);
    expect(findings.open[1]?.cause).toBe('GPU 5 has fallen off the bus.');
  });

  it('explains what a whole run suffers, and nothing of ranks on other GPUs or of other runs', () => {
    const { findings, seeGpu, see } = house();
    seeGpu(throttled, hot, 'GPU-5');
    see(slowRun, evidence('warning'), 2);
    see(slowRank, slow, 4);
    see(slowRank, slow, 5, 'other');
    see(slowRun, evidence('warning'), 0, 'other');
    expect(findings.open.map(({ consequenceOf }) => consequenceOf)).toEqual([null, 'abc-1', null, null, null]);
  });

  it('is as bad as what follows from it, and no finding is hidden behind a milder one', () => {
    const { findings, seeGpu, see, told, notifying } = house();
    seeGpu(throttled, { ...hot, severity: 'info' }, 'GPU-5');
    see(slowRank, { ...slow, severity: 'critical' }, 5);
    expect(findings.open.map(({ severity }) => severity)).toEqual(['critical', 'critical']);
    expect(told()).toEqual(['opened throttled', 'opened slow_rank', 'worsened throttled', 'amended throttled']);
    expect(notifying()).toMatchObject([{ id: 'abc-1', severity: 'critical' }]);
  });

  it('goes before one about the node, which is the same for all ranks, whichever was seen first', () => {
    for (const order of ['node gpu rank run', 'gpu node run rank', 'node rank gpu run', 'node run rank gpu']) {
      const { findings, see, seeGpu, wait } = house();
      for (const what of order.split(' ')) {
        if (what === 'node') {
          const of = { detector: busyNode, run: null, rank: null, uuid: null, witness: 'cpu' };
          findings.report({ ...of, verdict: { status: 'evidence', ...evidence('info', null) } });
        }
        if (what === 'gpu') seeGpu(throttled, hot, 'GPU-5');
        if (what === 'rank') see(slowRank, slow, 5);
        if (what === 'run') see(slowRun, evidence('warning', 8121));
        wait(12);
      }
      const { id } = findings.open.find(({ kind }) => kind === 'throttled') ?? { id: '' };
      const causes = new Map(findings.open.map(({ kind, consequenceOf }) => [kind, consequenceOf]));
      expect(causes).toEqual(
        new Map([
          ['busy_node', null],
          ['throttled', null],
          ['slow_rank', id],
          ['slow_run', id],
        ]),
      );
    }
  });

  it('goes before one that is as near only where people hear of it anyway, or it is worse', () => {
    const { findings, see, seeGpu } = house();
    seeGpu(throttled, { ...hot, severity: 'info' }, 'GPU-5');
    see(slowRank, slow, 3);
    seeGpu(throttled, { ...hot, severity: 'critical' }, 'GPU-6');
    see(slowRun, evidence('warning', 8121));
    expect(findings.open.at(-1)).toMatchObject({ kind: 'slow_run', consequenceOf: 'abc-3' });
  });

  it('is told as the reason when it is over, and hides nothing then', () => {
    const { findings, seeGpu, recoverGpu, see, wait } = house();
    seeGpu(throttled, hot, 'GPU-5');
    recoverGpu(throttled, 'GPU-5');
    wait(121);
    see(slowRank, slow, 5);
    expect(findings.open).toMatchObject([{ kind: 'slow_rank', consequenceOf: null }]);
    expect(findings.open[0]?.cause).toMatch(/first seen 2 min before\.$/);
    wait(400);
    see(slowRank, { ...slow, severity: 'critical' }, 5);
    expect(findings.open[0]?.cause).toMatch(/first seen 2 min before\.$/);
  });
});

describe('one incident', () => {
  it('on a GPU that is throttled among eight is one finding that notifies, whichever was seen first', () => {
    const slowdown = [
      ({ seeGpu }: ReturnType<typeof house>) => {
        seeGpu(throttled, hot, 'GPU-5');
      },
      ({ see }: ReturnType<typeof house>) => {
        see(slowRank, slow, 5);
      },
      ({ see }: ReturnType<typeof house>) => {
        for (let rank = 0; rank < 8; rank += 1) see(slowRun, evidence('critical', 8121), rank);
      },
    ];
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      const all = house();
      for (const step of order) slowdown[step]?.(all);
      expect(all.findings.open).toHaveLength(3);
      expect(all.notifying()).toMatchObject([{ kind: 'throttled', severity: 'critical' }]);
    }
  });

  it('of a GPU that is lost under a rank, for which all others stall and then fail, is one finding', () => {
    const { findings, see, seeGpu, notifying, wait } = house();
    see(lost, evidence('critical', 500, { cause: 'Rank 5 is lost after step 500: its process is gone.' }), 5);
    wait(4);
    for (const rank of [0, 1, 2, 3, 4, 6, 7]) see(stalled, evidence('warning', 501), rank);
    seeGpu(gpuLost, evidence('critical', null, { cause: 'GPU 5 has fallen off the bus.' }), 'GPU-5');
    wait(30);
    for (const rank of [0, 1, 2, 3, 4, 6, 7]) see(lost, evidence('warning', 500), rank);
    expect(findings.open).toHaveLength(16);
    expect(notifying()).toMatchObject([{ kind: 'gpu_lost' }]);
    const [{ id } = { id: '' }] = notifying();
    expect(new Set(findings.open.map(({ consequenceOf }) => consequenceOf))).toEqual(new Set([null, id]));
    expect(findings.open.find(({ kind }) => kind === 'stalled')?.cause).toMatch(
      /; GPU 5 has fallen off the bus, first/,
    );
  });

  it('of many ranks that fail one after the other is the first of them, or the worst', () => {
    const { see, notifying, findings, wait } = house();
    for (const rank of [3, 0, 1]) see(lost, evidence('warning', 7), rank);
    expect(notifying()).toMatchObject([{ subject: { rank: 3 } }]);
    wait(15);
    see(lost, evidence('critical', 7), 2);
    expect(notifying()).toMatchObject([{ subject: { rank: 2 } }]);
    expect(findings.open.filter(({ consequenceOf }) => consequenceOf === 'abc-4')).toHaveLength(3);
  });

  it('is not the loss of a rank that took steps after another one was lost: that is a second one', () => {
    let stepped: number | null = null;
    const { see, notifying, findings, clock, wait } = findingsHouse(
      detectors,
      {},
      { gpusOf, steppedAt: () => stepped },
    );
    see(lost, evidence('critical', 500), 3);
    wait(60);
    // A batch that was on its way.
    stepped = clock.now - 55;
    see(lost, evidence('critical', 520), 6);
    wait(120);
    stepped = clock.now - 5;
    see(lost, evidence('critical', 900), 5);
    expect(findings.open.map(({ consequenceOf }) => consequenceOf)).toEqual([null, 'abc-1', null]);
    expect(notifying().map(({ subject }) => subject.rank)).toEqual([3, 5]);
  });

  it('of the GPU under a rank goes before the loss of another rank', () => {
    const { see, seeGpu, findings } = house();
    see(lost, evidence('critical', 500), 3);
    seeGpu(gpuLost, evidence('critical', null), 'GPU-5');
    see(lost, evidence('critical', 500), 5);
    expect(findings.open.map(({ consequenceOf }) => consequenceOf)).toEqual([null, null, 'abc-2']);
  });

  it('of steps for which ranks then say that they fail is one, and not what ended a rank without a word or later', () => {
    const isExplained = (...ends: readonly ReturnType<typeof evidence>[]) => {
      const { see, findings } = house();
      see(nan, evidence('critical', 81), 0);
      for (const [rank, end] of ends.entries()) see(lost, end, rank);
      return findings.open.slice(1).map(({ consequenceOf }) => consequenceOf === 'abc-1');
    };
    expect(isExplained(evidence('warning', 84), evidence('warning', 89))).toEqual([true, true]);
    expect(isExplained(evidence('critical', 84))).toEqual([false]);
    expect(isExplained(evidence('warning', 90))).toEqual([false]);
    expect(isExplained(evidence('warning', null))).toEqual([false]);
  });

  it('of which the cause is found by windows of steps, long after what follows from it, is one finding', () => {
    const joined = (first: number, detected: number, last: 'goes on' | 'is over') => {
      const { findings, see, wait } = house();
      see(slowRun, evidence('warning', 1000));
      wait(100);
      if (last === 'goes on') {
        wait(900);
        see(slowRun, evidence('warning', 1190));
      } else wait(900);
      see(slowRank, { ...evidence('warning', first), step: detected });
      return findings.open.find(({ kind }) => kind === 'slow_run')?.consequenceOf;
    };
    // Two windows of a hundred steps, the first of which may begin up to a hundred steps late.
    expect(joined(1080, 1279, 'goes on')).toBe('abc-2');
    expect(joined(1080, 1279, 'is over')).toBeNull();
    expect(joined(1101, 1300, 'goes on')).toBeNull();
    expect(joined(1080, 1081, 'goes on')).toBeNull();
  });

  it('that ended its run is told once, also when it is over before anybody starts the run again', () => {
    const { see, seeGpu, recover, recoverGpu, findings, notifying, wait } = house();
    see(nan, evidence('critical', 81));
    seeGpu(gpuLost, evidence('critical', null), 'GPU-5');
    see(lost, evidence('warning', 84), 0);
    see(lost, evidence('critical', 84), 5);
    findings.runEnded('r');
    recoverGpu(gpuLost, 'GPU-5');
    wait(120);
    expect(findings.open.map(({ kind }) => kind)).toEqual(['lost', 'lost']);
    expect(notifying()).toEqual([]);
    findings.reviewSilences();
    expect(notifying()).toEqual([]);
    recover(lost, 0);
    recover(lost, 5);
    wait(120);
    // The next end is another one.
    see(lost, evidence('critical', 95), 5);
    expect(notifying()).toMatchObject([{ subject: { rank: 5 } }]);
  });

  it('that ended one rank of a run leaves those that wait for it to stand for themselves', () => {
    const { see, seeGpu, recoverGpu, notifying, wait } = house();
    seeGpu(gpuLost, evidence('critical', null), 'GPU-5');
    see(lost, evidence('critical', 84), 5);
    recoverGpu(gpuLost, 'GPU-5');
    wait(120);
    expect(notifying()).toEqual([]);
    see(stalled, evidence('critical', 84), 0);
    expect(notifying()).toMatchObject([{ kind: 'stalled', subject: { rank: 0 } }]);
  });

  it('in which ranks stand still until somebody kills them is the stall, and a rank that was gone before is the cause of one', () => {
    for (const [severity, step] of [
      ['warning', 84],
      ['critical', 84],
      ['critical', null],
    ] as const) {
      const { see, notifying, wait } = house();
      see(stalled, evidence(severity, step), 0);
      wait(40);
      for (const rank of [0, 1]) see(lost, evidence('critical', step), rank);
      expect(notifying()).toMatchObject([{ kind: 'stalled', severity: 'critical' }]);
    }
    const { see, notifying, wait } = house();
    see(lost, evidence('critical', 84), 5);
    wait(40);
    see(stalled, evidence('critical', 84), 0);
    expect(notifying()).toMatchObject([{ kind: 'lost' }]);
    const other = house();
    other.see(stalled, evidence('critical', 84), 0);
    other.see(lost, evidence('critical', 200), 0);
    expect(other.notifying()).toHaveLength(2);
  });

  it('that ends makes another cause of what goes on as bad as that', () => {
    const { see, seeGpu, recoverGpu, notifying, wait } = house();
    seeGpu(throttled, hot, 'GPU-5');
    see(slowRun, evidence('critical', 8121));
    seeGpu(throttled, { ...hot, severity: 'info' }, 'GPU-6');
    recoverGpu(throttled, 'GPU-5');
    wait(420);
    expect(notifying()).toMatchObject([{ severity: 'critical', subject: { uuid: 'GPU-6' } }]);
  });

  it('that ends leaves what goes on to stand for itself', () => {
    const { see, recover, notifying, wait } = house();
    see(lost, evidence('critical', 7), 2);
    for (const rank of [0, 1]) see(lost, evidence('critical', 7), rank);
    recover(lost, 2);
    wait(120);
    expect(notifying()).toMatchObject([{ subject: { rank: 0 } }]);
  });
});

import { describe, expect, it } from 'vitest';
import { GroupFeed, normals } from '../../../test/support/detection.ts';
import { desynchronised } from './desynchronised.ts';

describe('desynchronised', () => {
  it('names the rank whose parameters are no longer those of its replicas', () => {
    const feed = new GroupFeed(desynchronised, 4);
    const norm = (rank: number, step: number) => ({
      parameter_norm: (100 + step) * (rank === 2 && step >= 50 && step < 80 ? 1.03 : 1),
    });
    const said = feed.run(100, norm);
    expect(said[0]).toMatchObject({
      rank: 2,
      step: 52,
      verdict: {
        severity: 'critical',
        firstStep: 50,
        cause:
          'The parameter norm of rank 2, 157, differs by 3 % from that of its 3 replicas since step 50; before it was the same.',
      },
    });
    expect(said.at(-1)).toMatchObject({ rank: 2, step: 82, verdict: { status: 'recovered' } });
  });

  it('tells of two ranks that they differ', () => {
    const feed = new GroupFeed(desynchronised, 2);
    const said = feed.run(60, (rank, step) => ({ gradient_norm: step < 40 ? 2 : 2 + rank }));
    expect(said[0]?.verdict).toMatchObject({
      cause: expect.stringMatching(
        /^The gradient norm of ranks 0 and 1 differs by \d+\.?\d* % since step 40;/,
      ) as string,
    });
  });

  it('is silent about norms that never agreed, that are of a shard, that are not finite, and about rounding', () => {
    const noise = normals(1);
    const silent = (ranks: number, values: (rank: number, step: number) => Record<string, number>) => {
      expect(new GroupFeed(desynchronised, ranks).run(300, values)).toEqual([]);
    };
    silent(4, (rank, step) => ({ gradient_norm: 1 + rank + 0.01 * step }));
    silent(4, () => ({ gradient_norm: 1 + 1e-6 * noise(), parameter_norm: NaN }));
    const feed = new GroupFeed(desynchronised, 2);
    feed.run(50, () => ({ gradient_norm: 1 }));
    const details = { gradientNormScope: 'shard', auxiliaryLosses: {}, extras: {} } as const;
    expect(feed.run(50, (rank) => ({ gradient_norm: 1 + rank }), { details })).toEqual([]);
  });

  it('finds a loss that leaves those of the replicas, whatever they all do', () => {
    const feed = new GroupFeed(desynchronised, 4);
    const noise = normals(2);
    const loss = (rank: number, step: number) => ({
      loss: 2 + 3 / (1 + step / 50) + 0.02 * noise() + 0.1 * rank + (rank === 1 && step >= 300 ? 1 : 0),
    });
    expect(feed.run(300, loss)).toEqual([]);
    const said = feed.run(50, loss);
    expect(said[0]).toMatchObject({ rank: 1, step: 307, verdict: { severity: 'warning', firstStep: 300 } });
    expect(new Set(said.map(({ rank }) => rank))).toEqual(new Set([1]));
  });

  it('finds a loss that leaves those of the replicas by six times the noise of one loss', () => {
    const feed = new GroupFeed(desynchronised, 8);
    const noise = normals(6);
    const loss = (rank: number, step: number) => ({
      loss: 3 * Math.exp(0.05 * noise()) * (rank === 5 && step >= 300 ? 1.3 : 1),
    });
    expect(feed.run(300, loss)).toEqual([]);
    expect(feed.run(20, loss)[0]).toMatchObject({ rank: 5, verdict: { severity: 'warning' } });
  });

  it('takes none for gone astray where all losses rise, by more on one rank than on another', () => {
    const feed = new GroupFeed(desynchronised, 8);
    const noise = normals(3);
    const rise = (rank: number) => 2 + 0.15 * (rank - 4);
    const loss = (rank: number, step: number) => ({
      loss: (2.5 + (step >= 300 ? rise(rank) : 0)) * Math.exp(0.03 * noise()),
    });
    expect(feed.run(600, loss)).toEqual([]);
  });

  it('forgets a rank that has ended', () => {
    const feed = new GroupFeed(desynchronised, 3);
    feed.run(30, () => ({ parameter_norm: 1 }));
    feed.forget(2);
    expect(feed.run(30, () => ({ parameter_norm: 1 }), {}, 2)).toEqual([]);
  });
});

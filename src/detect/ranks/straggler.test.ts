import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normals, observation, steps } from '../../../test/support/detection.ts';
import { readConfig } from '../../config/index.ts';
import type { StepValues } from '../../runs/index.ts';
import { straggler } from './straggler.ts';

const read = readConfig(straggler.options, {});
if (!('value' in read)) throw new Error('no defaults');
const options = read.value;

/** A job of so many ranks, of which each tells its values of a step. */
function job(ranks: number, valuesOf: (rank: number, step: number) => StepValues) {
  const state = straggler.start(options);
  return (from: number, to: number) =>
    steps(to - from, (at) => from + at).flatMap((step) =>
      steps(ranks, (rank) => rank).flatMap((rank) =>
        straggler
          .observe(state, observation(step, valuesOf(rank, step), { rank }), options)
          .map((each) => ({ step, rank: each.rank, verdict: each.verdict })),
      ),
    );
}
/** What four ranks need themselves in each of 120 steps; one of them takes so many times as long from step 60 on. */
function ownTimes(seed: number, slow: number, by: number): readonly (readonly number[])[] {
  const noise = normals(seed);
  return steps(120, (step) => steps(4, (rank) => Math.exp(0.03 * noise()) * (rank === slow && step >= 60 ? by : 1)));
}

const brief = (said: ReturnType<ReturnType<typeof job>>) =>
  said.map(({ step, rank, verdict }) => `${verdict.status} ${rank} at ${step}`);

describe('straggler', () => {
  it('names the rank that became slower than is usual for it, within ten steps', () => {
    const noise = normals(1);
    // Ranks differ all the time; that alone is no straggler.
    const run = job(8, (rank, step) => ({
      step_seconds: (1 + 0.1 * rank) * (1 + 0.02 * noise()) * (rank === 3 && step >= 60 && step < 90 ? 1.5 : 1),
    }));
    expect(run(0, 60)).toEqual([]);
    const said = run(60, 130);
    expect(said[0]).toMatchObject({
      step: 64,
      rank: 3,
      verdict: {
        severity: 'warning',
        firstStep: 60,
        cause: expect.stringMatching(
          /^Rank 3 computes 1\.[45]\d* times slower than is usual for it since step 60, measured by its 7 peers\.$/,
        ) as string,
      },
    });
    expect(new Set(said.map(({ rank }) => rank))).toEqual(new Set([3]));
    expect(brief(said).at(-1)).toBe('recovered 3 at 99');
  });

  it.each([
    { by: 1.3, spread: 0.03 },
    { by: 1.5, spread: 0.1 },
  ])('is as bad as the typical slow step of $by, whatever one of them is', ({ by, spread }) => {
    const noise = normals(6);
    const owns = steps(400, (step) =>
      steps(8, (rank) => Math.exp(spread * noise()) * (rank !== 5 || step < 60 ? 1 : step < 360 ? by : 2.5)),
    );
    owns[80]![5]! += 4;
    const run = job(8, (rank, step) => {
      const whole = Math.max(...owns[step]!) + 0.1;
      return { step_seconds: whole, collective_wait_seconds: whole - owns[step]![rank]! };
    });
    const factors = run(0, 360).flatMap(({ verdict }) => (verdict.status === 'evidence' ? [verdict] : []));
    expect(factors.length).toBeGreaterThan(200);
    for (const { severity, score } of factors) {
      expect(severity).toBe('warning');
      expect(score).toBeGreaterThan(0.85 * by);
      expect(score).toBeLessThan(1.25 * by);
    }
    expect(run(360, 367).at(-1)).toMatchObject({ verdict: { severity: 'critical' } });
  });

  it('is silent when all become slower together, when steps vary, and for a rank that is alone', () => {
    const noise = normals(2);
    const together = job(4, (_, step) => ({
      step_seconds: (step < 60 ? 1 : 2) * (1 + 0.05 * noise()),
    }));
    expect(together(0, 200)).toEqual([]);
    const common = steps(300, () => Math.exp(0.5 * noise()));
    expect(job(4, (_, step) => ({ step_seconds: common[step]! }))(0, 300)).toEqual([]);
    expect(job(1, (_, step) => ({ step_seconds: step < 60 ? 1 : 2 }))(0, 200)).toEqual([]);
  });

  it('finds the rank that keeps the others waiting, also from the first step on', () => {
    // All steps last equally long: the sleep of rank 1 shows as the wait of the others.
    const run = job(4, (rank) => ({
      step_seconds: 0.292,
      collective_wait_seconds: rank === 1 ? 0.002 : 0.1,
    }));
    const said = run(0, 30);
    expect(said[0]).toMatchObject({
      // The first step is judged before the other ranks are known: this is the tenth own time of rank 1.
      step: 10,
      rank: 1,
      verdict: {
        cause: expect.stringContaining('; it waits 0.002 s for the others, they up to 0.1 s.') as string,
      },
    });
    expect(new Set(said.map(({ rank }) => rank))).toEqual(new Set([1]));
  });

  it('is silent about a rank that is slow in its first steps alone', () => {
    const noise = normals(9);
    const run = job(8, (rank, step) => {
      const own = Math.exp(0.03 * noise()) * (rank === 0 && step < 8 ? 6 : 1);
      const whole = (step < 8 ? 6 : 1) * 1.2;
      return { step_seconds: whole, collective_wait_seconds: whole - own };
    });
    expect(run(0, 60)).toEqual([]);
  });

  it('takes the wait from the own time where workers tell that instead', () => {
    const owns = ownTimes(3, 1, 1.5);
    const waits = job(4, (rank, step) => {
      const whole = Math.max(...owns[step]!) + 0.1;
      return { step_seconds: whole, collective_wait_seconds: whole - owns[step]![rank]! };
    });
    const told = job(4, (rank, step) => ({
      step_seconds: Math.max(...owns[step]!) + 0.1,
      own_seconds: owns[step]![rank]!,
    }));
    const said = told(0, 120);
    expect(said[0]).toMatchObject({
      step: 64,
      rank: 1,
      verdict: { cause: expect.stringContaining('; it waits 0.1 s for the others, they up to 0.') as string },
    });
    expect(brief(said)).toEqual(brief(waits(0, 120)));
  });

  it('compares only ranks that tell their wait where some do', () => {
    const owns = ownTimes(5, 2, 1.6);
    const run = job(4, (rank, step) => {
      const whole = Math.max(...owns[step]!) + 0.1;
      return { step_seconds: whole, ...(rank !== 1 && { collective_wait_seconds: whole - owns[step]![rank]! }) };
    });
    const said = run(0, 120);
    expect(said[0]).toMatchObject({
      rank: 2,
      verdict: {
        cause: expect.stringMatching(
          /measured by its 2 peers; it waits 0\.1 s for the others, they up to 0\.\d+ s\.$/,
        ) as string,
      },
    });
    expect(new Set(said.map(({ rank }) => rank))).toEqual(new Set([2]));
  });

  it.each([
    ['checkpoint_seconds', (step: number) => step % 5 === 0],
    ['evaluation_seconds', (step: number) => step % 50 < 5],
  ] as const)('is silent where one rank pauses and tells %s, and finds another one beside it', (field, pauses) => {
    const noise = normals(6);
    const own = steps(400, (step) =>
      steps(4, (rank) => {
        const slow = rank === 2 && step >= 300 ? 1.5 : 1;
        return Math.exp(0.03 * noise()) * slow + (rank === 0 && pauses(step) ? 0.8 : 0);
      }),
    );
    for (const waits of [true, false]) {
      const run = job(4, (rank, step) => {
        const whole = Math.max(...own[step]!) + 0.1;
        return {
          ...(waits
            ? { step_seconds: whole, collective_wait_seconds: whole - own[step]![rank]! }
            : { step_seconds: own[step]![rank]! }),
          ...(rank === 0 && pauses(step) && { [field]: 0.8 }),
        };
      });
      expect(run(0, 300)).toEqual([]);
      const said = run(300, 400);
      expect(said[0]?.step).toBeLessThanOrEqual(312);
      expect(new Set(said.map(({ rank }) => rank))).toEqual(new Set([2]));
    }
  });

  it('compares ranks that all evaluate in each step', () => {
    const noise = normals(7);
    const run = job(4, (rank, step) => ({
      step_seconds: Math.exp(0.03 * noise()) * (rank === 1 && step >= 60 ? 1.5 : 1),
      evaluation_seconds: 0.3,
    }));
    expect(run(0, 80)[0]).toMatchObject({ step: 64, rank: 1 });
  });

  it.each([
    ['data_wait_seconds', 'it waits 0.7 s for input, they 0.01 s'],
    ['host_to_device_seconds', 'it copies input to its device for 0.7 s, they for 0.01 s'],
  ] as const)('tells that %s makes the rank slow, and else that it computes slower', (field, clause) => {
    const causeOf = (part: number, factor: number) => {
      const noise = normals(8);
      const [said] = job(4, (rank, step) => {
        const isSlow = rank === 2 && step >= 60;
        const partly = isSlow ? part : 0.01;
        return { step_seconds: Math.exp(0.02 * noise()) * (isSlow ? factor : 1) + partly, [field]: partly };
      })(0, 80);
      return said?.verdict.status === 'evidence' ? said.verdict.cause : null;
    };
    expect(causeOf(0.7, 1)).toMatch(
      new RegExp(`^Rank 2 is 1\\.[67]\\d* times slower than .*, measured by its 3 peers: ${clause}\\.$`),
    );
    expect(causeOf(0.2, 1.6)).toMatch(/^Rank 2 computes 1\.\d+ times slower than .*, measured by its 3 peers\.$/);
  });

  it('finds a rank that is an eighth slower, once that has lasted, and is silent while it has not', () => {
    const noise = normals(4);
    const slowed = (until: number) =>
      job(8, (rank, step) => ({
        step_seconds:
          (1 + 0.1 * rank) * Math.exp(0.02 * noise()) * (rank === 3 && step >= 60 && step < until ? 1.125 : 1),
      }))(0, 200);
    expect(slowed(70)).toEqual([]);
    const said = slowed(120);
    expect(said[0]).toMatchObject({
      rank: 3,
      verdict: {
        severity: 'warning',
        threshold: 1.1,
        firstStep: expect.closeTo(60, -1) as number,
        cause: expect.stringMatching(/^Rank 3 computes 1\.1\d* times slower than is usual for it since step/) as string,
      },
    });
    expect(said[0]?.step).toBeLessThan(90);
    expect(brief(said).at(-1)).toMatch(/^recovered 3 at 1[23]\d$/);
    expect(new Set(said.map(({ rank }) => rank))).toEqual(new Set([3]));
  });

  it('finds a rank that is slow in every third step, and is done with it some time after the last', () => {
    for (let seed = 30; seed < 34; seed += 1) {
      const noise = normals(seed);
      const run = job(8, (rank, step) => {
        const isSlow = rank === 5 && step >= 100 && step < 400 && step % 3 === 0;
        return { step_seconds: (1 + 0.1 * rank) * Math.exp(0.03 * noise()) * (isSlow ? 1.6 : 1) };
      });
      const said = run(0, 500);
      expect(said[0]).toMatchObject({
        rank: 5,
        verdict: {
          severity: 'warning',
          threshold: 1.1,
          score: expect.closeTo(1.18, 1) as number,
          cause: expect.stringMatching(
            /^Rank 5 computes 1\.\d+ times slower in the mean, being slow in 3\d(\.\d)? % of its steps, than is usual/,
          ) as string,
        },
      });
      expect(said[0]?.step).toBeLessThanOrEqual(141);
      expect(new Set(said.map(({ rank }) => rank))).toEqual(new Set([5]));
      expect(brief(said).filter((each) => each.startsWith('recovered'))).toHaveLength(1);
      expect(brief(said).at(-1)).toMatch(/^recovered 5 at 4[3-6]\d$/);
    }
  });

  it('is silent where every rank is slow now and then, by turns or by chance', () => {
    const turns = normals(35);
    expect(
      job(4, (rank, step) => ({ step_seconds: Math.exp(0.03 * turns()) * (step % 4 === rank ? 1.6 : 1) }))(0, 600),
    ).toEqual([]);
    let told = 0;
    for (let seed = 36; seed < 46; seed += 1) {
      const noise = normals(seed);
      // Of a normal number squared a tenth is above 2.7.
      const run = job(8, () => ({ step_seconds: Math.exp(0.03 * noise()) * (noise() ** 2 > 2.7 ? 1.6 : 1) }));
      if (run(0, 1000).some(({ verdict }) => verdict.status === 'evidence')) told += 1;
    }
    expect(told).toBeLessThanOrEqual(2);
  });

  it('is silent from the first steps on where batches differ in length, with and without waits', () => {
    for (const [ranks, spread] of [
      [2, 0.2],
      [8, 0.35],
      [16, 0.5],
    ] as const) {
      for (const waits of [false, true]) {
        const noise = normals(50 + ranks);
        const owns = steps(300, () => steps(ranks, () => Math.exp(spread * noise())));
        const run = job(ranks, (rank, step) => {
          const [own, longest] = [owns[step]![rank]!, Math.max(...owns[step]!)];
          return waits
            ? { step_seconds: longest + 0.01, collective_wait_seconds: longest + 0.01 - own }
            : { step_seconds: own };
        });
        expect(run(0, 300)).toEqual([]);
      }
    }
  });

  it('finds a rank that becomes slow soon after the start within ten steps', () => {
    for (let seed = 60; seed < 64; seed += 1) {
      const noise = normals(seed);
      const run = job(8, (rank, step) => ({
        step_seconds: (1 + 0.1 * rank) * Math.exp(0.05 * noise()) * (rank === 2 && step >= 20 ? 1.6 : 1),
      }));
      const said = run(0, 30);
      expect(said[0]).toMatchObject({ rank: 2 });
    }
  });

  it('finds a rank that becomes slower little by little, and is done with it when it is as fast as before', () => {
    const noise = normals(70);
    const run = job(8, (rank, step) => {
      const slower = step < 700 || step >= 1300 ? 1 : 1 + 0.8 * Math.min(1, (step - 700) / 500);
      return { step_seconds: (1 + 0.1 * rank) * Math.exp(0.05 * noise()) * (rank === 5 ? slower : 1) };
    });
    const said = run(0, 1600);
    expect(said[0]).toMatchObject({
      rank: 5,
      verdict: { threshold: 1.2, baseline: expect.closeTo(1.5, 1) as number },
    });
    expect(said[0]?.step).toBeLessThan(1000);
    expect(new Set(said.map(({ rank }) => rank))).toEqual(new Set([5]));
    expect(brief(said).at(-1)).toMatch(/^recovered 5 at 1[34]\d\d$/);
  });

  it.each([
    [0.3, 3000],
    [0.5, 6000],
  ])('finds a rank that becomes slower by %d so slowly that it takes %i steps, and tells since when', (by, within) => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const noise = normals(seed);
      const said = job(4, (rank, step) => {
        const slower = 1 + by * Math.min(1, Math.max(0, step - 1000) / within);
        return { step_seconds: Math.exp(0.05 * noise()) * (rank === 1 ? slower : 1) };
      })(0, within + 2000);
      expect(new Set(said.map(({ rank }) => rank))).toEqual(new Set([1]));
      expect(said[0]?.verdict).toMatchObject({ firstStep: expect.any(Number) as number });
      expect((said[0]?.verdict as { firstStep: number }).firstStep).toBeGreaterThan(1000);
    }
  });

  it.each([2, 8])('is silent where %i ranks have short and long steps together', (ranks) => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const noise = normals(seed);
      const lengths = steps(1500, () => (noise() > 0 ? 2 : 1));
      const run = job(ranks, (_, step) => ({ step_seconds: lengths[step]! * Math.exp(0.03 * noise()) }));
      expect(run(0, 1500)).toEqual([]);
    }
  });

  it('is silent where all ranks become slower little by little, and where they wander', () => {
    const noise = normals(71);
    const wander = [0, 0, 0, 0, 0, 0, 0, 0];
    const run = job(8, (rank, step) => {
      wander[rank] = 0.99 * wander[rank]! + 0.003 * noise();
      return { step_seconds: (1 + 0.1 * rank) * Math.exp(wander[rank] + 0.05 * noise()) * (1 + step / 1000) };
    });
    expect(run(0, 2000)).toEqual([]);
  });

  it('does not blame a rank of other speed where nobody waits for it', () => {
    const uneven = job(4, (rank) => ({ step_seconds: 1 + rank }));
    expect(uneven(0, 200)).toEqual([]);
  });

  it('waits for a wait that comes in a later part of its step', () => {
    const state = straggler.start(options);
    const seen = steps(40, (step) => step).flatMap((step) =>
      [0, 1].flatMap((rank) => {
        const whole = {
          step_seconds: 1,
          ...(step === 0 && { collective_wait_seconds: 0.5 }),
        };
        const wait = { collective_wait_seconds: 0.5 };
        return [
          ...straggler.observe(state, observation(step, whole, { rank }), options),
          ...straggler.observe(state, observation(step, wait, { rank, known: { ...whole, ...wait } }), options),
        ];
      }),
    );
    expect(seen).toEqual([]);
  });

  it('finds any clear slowdown of any rank, and no other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.nat(),
        fc.double({ min: 1.3, max: 10, noNaN: true }),
        fc.integer({ min: 1, max: 1000 }),
        (ranks, which, factor, seed) => {
          const noise = normals(seed);
          const slow = which % ranks;
          const run = job(ranks, (rank, step) => ({
            step_seconds: (1 + 0.3 * rank) * Math.exp(0.01 * noise()) * (rank === slow && step >= 40 ? factor : 1),
          }));
          const said = run(0, 60).filter(({ verdict }) => verdict.status === 'evidence');
          expect(said[0]?.step).toBe(44);
          expect(new Set(said.map(({ rank }) => rank))).toEqual(new Set([slow]));
        },
      ),
      { numRuns: 30 },
    );
  });
});

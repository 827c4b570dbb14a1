import { describe, expect, it } from 'vitest';
import { readConfig } from '../../config/index.ts';
import type { RankProgress } from '../../runs/index.ts';
import { stall } from './stall.ts';

const read = readConfig(stall.options, {});
if (!('value' in read)) throw new Error('no defaults');
const options = read.value;

function look() {
  const state = stall.start(options);
  return (...ranks: readonly Partial<RankProgress>[]) =>
    stall
      .observe(
        state,
        ranks.map((rank) => ({
          rank: 0,
          uuid: null,
          step: 811,
          steps: 800,
          idle: 0,
          usual: 0.4,
          phase: null,
          ...rank,
        })),
        options,
      )
      .map(({ rank, verdict }) => ({ rank, ...verdict }));
}

describe('stall', () => {
  it('finds ranks that take no step for two minutes, and is critical after ten: till then it may be an evaluation', () => {
    const at = look();
    expect(at({ idle: 119 })).toEqual([]);
    expect(at({ idle: 120 })).toMatchObject([
      {
        rank: 0,
        severity: 'warning',
        firstStep: 811,
        score: 120,
        threshold: 120,
        baseline: 0.4,
        cause: 'Rank 0 has taken no step for 2 min after step 811; usually one takes at most 0.4 s.',
      },
    ]);
    expect(at({ idle: 599 })).toMatchObject([{ severity: 'warning' }]);
    expect(at({ idle: 600 })).toMatchObject([{ severity: 'critical', threshold: 600 }]);
    expect(at({ idle: 1, step: 812 })).toEqual([{ rank: 0, status: 'recovered', step: 812 }]);
    expect(at({ idle: 2, step: 812 })).toEqual([]);
  });

  it('gives ranks of long steps five times as long as they ever take', () => {
    const at = look();
    expect(at({ idle: 899, usual: 180 })).toEqual([]);
    expect(at({ idle: 900, usual: 180 })).toMatchObject([{ severity: 'critical', threshold: 900 }]);
  });

  it('lets a process load and compile for twenty minutes', () => {
    const at = look();
    expect(at({ idle: 1199, step: null, steps: 0, usual: null })).toEqual([]);
    expect(at({ idle: 1199, step: 3, steps: 4, usual: 1 })).toEqual([]);
    expect(at({ idle: 1200, step: null, steps: 0, usual: null })).toMatchObject([
      { severity: 'critical', firstStep: null, cause: 'Rank 0 has not taken a first step in 20 min.' },
    ]);
  });

  it('goes by the phase where the worker tells it', () => {
    const at = look();
    expect(at({ idle: 120, phase: 'train' })).toMatchObject([{ severity: 'critical', threshold: 120 }]);
    expect(look()({ idle: 599, phase: 'checkpoint' })).toEqual([]);
    expect(look()({ idle: 600, phase: 'evaluation' })).toMatchObject([{ severity: 'critical', threshold: 600 }]);
    expect(look()({ idle: 1199, phase: 'init' })).toEqual([]);
    expect(look()({ idle: 1e6, phase: 'idle' })).toEqual([]);
  });

  it.each(['train', null] as const)(
    'gives those that wait for a rank which evaluates or writes a checkpoint as long as it (their phase: %s)',
    (phase) => {
      const at = look();
      const waiting = (idle: number) => [1, 2].map((rank) => ({ rank, idle, phase }));
      expect(at({ idle: 590, phase: 'evaluation' }, ...waiting(599))).toEqual([]);
      expect(at({ idle: 600, phase: 'checkpoint' }, ...waiting(609))).toMatchObject(
        [0, 1, 2].map((rank) => ({
          rank,
          severity: 'critical',
          cause:
            'Ranks 0 to 2 have taken no step for 10 min after step 811; usually one takes at most 0.4 s. Rank 0 tells of an evaluation or a checkpoint that has not ended.',
        })),
      );
      // It is done, and all go on with the next step.
      const done = look();
      expect(done({ idle: 500, phase: 'evaluation' }, ...waiting(509))).toEqual([]);
      expect(done({ idle: 1, phase: 'train' }, ...waiting(511))).toEqual([]);
      expect(done({ idle: 120, phase: 'train' }, ...waiting(630))).toMatchObject([{}, {}, {}]);
    },
  );

  it('finds those that hang at other steps than a rank which evaluates', () => {
    const at = look();
    expect(at({ idle: 10, phase: 'evaluation', step: 813 }, { rank: 1, idle: 120, phase: 'train' })).toMatchObject([
      { rank: 1, severity: 'critical' },
    ]);
  });

  describe('where a run paused before', () => {
    /** A pause of all ranks for so many seconds after a step, with the steps to the next one; gives the worst that was told. */
    function pause(at: ReturnType<typeof look>, step: number, seconds: number, more: Partial<RankProgress> = {}) {
      const worst = at({ step, steps: step, idle: seconds, ...more }).map((said) =>
        'severity' in said ? said.severity : '',
      );
      at({ step: step + 1, steps: step + 1, idle: 0 });
      return worst;
    }

    it('is silent about one that is due, wakes nobody for another of that length, and tells what takes far longer', () => {
      const at = look();
      expect(pause(at, 200, 900)).toEqual(['critical']);
      expect(pause(at, 400, 930)).toEqual([]);
      expect(pause(at, 601, 870)).toEqual([]);
      expect(pause(at, 700, 130)).toEqual(['warning']);
      expect(pause(at, 760, 900)).toEqual(['warning']);
      expect(pause(at, 801, 1400)).toEqual(['critical']);
    });

    it('learns nothing of a stall after which another process went on, and never more than an hour', () => {
      const at = look();
      at({ step: 200, steps: 200, idle: 900 });
      at({ step: 150, steps: 1, idle: 0 });
      at({ step: 201, steps: 52, idle: 0 });
      expect(pause(at, 400, 900)).toEqual(['critical']);
      const slow = look();
      expect(pause(slow, 200, 36_000)).toEqual(['critical']);
      expect(pause(slow, 400, 3599)).toEqual([]);
      expect(pause(slow, 600, 3600)).toEqual(['critical']);
    });
  });

  it('names the rank first that stopped before the others', () => {
    const ranks = [0, 1, 2, 3].map((rank) => ({ rank, idle: 130, step: rank === 2 ? 810 : 811 }));
    const said = look()(...ranks);
    expect(said.map(({ rank }) => rank)).toEqual([2, 0, 1, 3]);
    expect(said[0]).toMatchObject({
      cause:
        'Ranks 0 to 3 have taken no step for 2.17 min after step 811; usually one takes at most 0.4 s. Rank 2 stopped before the others.',
    });
  });

  it('leaves a rank that has ended to others', () => {
    const at = look();
    at({ rank: 0, idle: 200 }, { rank: 1, idle: 200 });
    expect(at({ rank: 0, idle: 201 })).toMatchObject([
      { rank: 0, status: 'evidence' },
      { rank: 1, status: 'recovered', step: null },
    ]);
  });
});

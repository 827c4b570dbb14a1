import { describe, expect, it } from 'vitest';
import { evidence, findingsHouse } from '../../test/support/findings-house.ts';
import type { DetectorFacts, Severity } from '../detect/index.ts';

const nan: DetectorFacts = { kind: 'nan', subject: 'run', meaning: '', explains: [], alert: 'none', endsWithRun: true };

describe('where a finding about a run began', () => {
  const house = () => {
    const { findings, see, told, recover } = findingsHouse([nan]);
    const says = (rank: number, origin: 'own' | 'shared', step: number, severity: Severity = 'warning') => {
      see(nan, evidence(severity, step, { origin, cause: `rank ${rank} at ${step}.` }), rank);
      const [finding] = findings.open;
      return { firstRank: finding?.firstRank, cause: finding?.cause };
    };
    return {
      says,
      told,
      recover: (rank: number) => {
        recover(nan, rank);
      },
    };
  };

  it('is the rank that had it for itself, whoever reported first what all ranks share', () => {
    const { says, told } = house();
    expect(says(0, 'shared', 7).firstRank).toBe(0);
    expect(says(1, 'own', 7)).toEqual({ firstRank: 1, cause: 'rank 0 at 7; it began on rank 1, at step 7.' });
    expect(told()).toEqual(['opened nan', 'amended nan']);
    says(2, 'shared', 7);
    expect(says(0, 'own', 8, 'critical')).toEqual({
      firstRank: 1,
      cause: 'rank 0 at 8; it began on rank 1, at step 7.',
    });
    expect(told()).toEqual(['opened nan', 'amended nan', 'worsened nan']);
  });

  it('is the rank with the lowest step, in whichever order their reports come', () => {
    const { says } = house();
    expect(says(0, 'own', 8, 'critical').firstRank).toBe(0);
    expect(says(1, 'own', 7)).toEqual({ firstRank: 1, cause: 'rank 0 at 8; it began on rank 1, at step 7.' });
    expect(says(2, 'own', 9).firstRank).toBe(1);
  });

  it('is no rank where several had it alike, and the one there is where none other tells', () => {
    const { says } = house();
    expect(says(3, 'shared', 7)).toEqual({ firstRank: 3, cause: 'rank 3 at 7.' });
    expect(says(1, 'own', 8).firstRank).toBe(3);
    expect(says(1, 'shared', 7)).toEqual({ firstRank: null, cause: 'rank 3 at 7.' });
    expect(says(1, 'own', 7)).toEqual({ firstRank: 1, cause: 'rank 3 at 7; it began on rank 1, at step 7.' });
    expect(says(2, 'own', 7)).toEqual({ firstRank: null, cause: 'rank 3 at 7.' });
  });

  it('is told anew when it was over before', () => {
    const { says, recover } = house();
    says(0, 'own', 7);
    recover(0);
    expect(says(1, 'own', 90, 'critical')).toEqual({ firstRank: 1, cause: 'rank 1 at 90.' });
  });
});

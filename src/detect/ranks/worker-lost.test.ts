import { describe, expect, it } from 'vitest';
import { rankStates, type RankState, type RankTransition } from '../../runs/index.ts';
import { workerLost } from './worker-lost.ts';

function transition(to: RankState, more: Partial<RankTransition> = {}): RankTransition {
  return { run: 'r', rank: 3, from: 'healthy', to, step: 41, time: 0, reason: 'its stream ended', ...more };
}
const observe = (taken: RankTransition) => workerLost.observe(taken, { enabled: true });

describe('workerLost', () => {
  it('is critical when a rank is lost', () => {
    expect(observe(transition('lost'))).toMatchObject({
      severity: 'critical',
      firstStep: 41,
      step: 41,
      cause: 'Rank 3 is lost after step 41: its stream ended.',
    });
  });

  it('is a warning when a rank did not come back after a restart of the exporter: it may have ended in order', () => {
    expect(observe(transition('lost', { from: 'incomplete' }))).toMatchObject({ severity: 'warning' });
  });

  it('is a warning when a rank failed by an exception', () => {
    expect(observe(transition('failed', { step: null }))).toMatchObject({
      severity: 'warning',
      firstStep: null,
      cause: 'Rank 3 failed before its first step: its stream ended.',
    });
  });

  it('recovers when the rank speaks again', () => {
    expect(observe(transition('initializing', { from: 'lost' }))).toEqual({ status: 'recovered', step: 41 });
    expect(observe(transition('healthy', { from: 'lost' }))).toMatchObject({ status: 'recovered' });
  });

  it('is silent on everything else', () => {
    const loud = new Set<RankState>(['lost', 'failed', 'healthy', 'initializing']);
    for (const state of rankStates) {
      if (!loud.has(state)) expect(observe(transition(state))).toEqual({ status: 'quiet' });
    }
  });
});

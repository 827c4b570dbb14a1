import { describe, expect, it } from 'vitest';
import { normals, observation } from '../../../test/support/detection.ts';
import { optionsOf } from '../../../test/support/detector-options.ts';
import type { Observation } from '../../runs/index.ts';
import { fromLine, restoreState, toLine } from '../../snapshot/index.ts';
import type { AnyGroupDetector } from '../group.ts';
import { groupDetectors } from './index.ts';

const all: readonly AnyGroupDetector[] = groupDetectors;
const ranks = 4;

/** Four replicas: one slows down, collectives take longer, a norm and a loss leave the others, the work is uneven, all go back once. */
const training: readonly Observation[] = (() => {
  const normal = normals(3);
  const noise = () => Math.exp(0.01 * normal());
  return Array.from({ length: 520 }, (_, at): Observation[] => {
    const step = at < 450 ? at : at - 60;
    const norm = noise();
    const heavy = at > 380 ? at % ranks : -1;
    return Array.from({ length: ranks }, (_, rank) => {
      const own = (rank === 2 && at > 120 && at < 180 ? 1.5 : 1) * (rank === heavy ? 1.4 : 1) * noise();
      const transfer = at > 200 && at < 280 ? 0.8 : 0.1;
      return observation(
        step,
        {
          step_seconds: 1.5 + transfer,
          collective_wait_seconds: 1.5 + transfer - own,
          loss: 2 + 0.01 * normal() + (rank === 1 && at > 300 ? 0.6 : 0),
          gradient_norm: rank === 3 && at > 340 && at < 360 ? 2 * norm : norm,
        },
        { rank, wentBack: at === 450 },
      );
    });
  }).flat();
})();

describe.each(all.map((detector) => [detector.kind, detector] as const))('%s', (_, detector) => {
  const options = optionsOf(detector);
  const state = detector.start(options);
  const saved: string[] = [];
  const verdicts = training.map((observed) => {
    saved.push(toLine(state));
    return detector.observe(state, observed, options);
  });

  it('finds something in this training', () => {
    expect(verdicts.flat().map(({ verdict }) => verdict.status)).toContain('evidence');
  });

  it('goes on after a restart, wherever it comes, as if there had been none', () => {
    // Not a multiple of the ranks: some restarts come in the middle of a step.
    for (let at = 0; at < training.length; at += 61) {
      const restarted = detector.start(options);
      expect(restoreState(restarted, fromLine(saved[at]!))).toBe(true);
      const rest = training.slice(at).map((observed) => detector.observe(restarted, observed, options));
      expect(rest).toEqual(verdicts.slice(at));
    }
  });

  it('keeps a state that a snapshot has room for', () => {
    expect(Math.max(...saved.map(({ length }) => length))).toBeLessThan(16_384);
  });

  it.each([null, [], {}, { board: 1 }, 'text', 3])('begins anew with a state of another shape: %o', (wrong) => {
    expect(restoreState(detector.start(options), wrong)).toBe(false);
  });

  it('takes nothing that is broken inside', () => {
    const broken = JSON.stringify(fromLine(saved[300]!)).replaceAll(/\[\d+,/g, '["x",');
    expect(restoreState(detector.start(options), JSON.parse(broken))).toBe(false);
  });
});

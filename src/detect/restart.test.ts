import { describe, expect, it } from 'vitest';
import { normals, observation, steps } from '../../test/support/detection.ts';
import { optionsOf } from '../../test/support/detector-options.ts';
import { fieldNames, type Field, type Observation } from '../runs/index.ts';
import { fromLine, restoreState, toLine } from '../snapshot/index.ts';
import type { AnyStepDetector, DetectorOptions, Verdict } from './detector.ts';
import { stepDetectors } from './steps/index.ts';

const all: readonly AnyStepDetector[] = stepDetectors;

/** What only some steps tell. */
const ofEvaluations = new Set<Field>([
  'validation_loss',
  'evaluated_training_loss',
  'evaluation_seconds',
  'checkpoint_seconds',
]);

/** A training with a bit of everything: spikes and explosions, NaN, a learning rate that jumps, skipped steps, a return, overfitting. */
const training: readonly Observation[] = (() => {
  const normal = normals(5);
  return steps(900, (at): Observation => {
    const noise = Math.exp(0.1 * normal());
    const late = Math.max(0, at - 500) / 400;
    const wild = at % 211 > 200 ? 50 : 1;
    const values = {
      ...Object.fromEntries(
        fieldNames.filter((name) => at % 5 === 0 || !ofEvaluations.has(name)).map((name) => [name, Math.exp(normal())]),
      ),
      step_seconds: (at > 600 ? 2 : 1) * (at % 97 === 96 ? 9 : 1) * noise,
      loss: at % 301 === 300 ? NaN : (wild * noise * 4) / (1 + at / 100) + (at > 800 ? 5 : 0),
      gradient_norm: at % 307 === 300 ? Infinity : wild * wild * noise,
      gradient_change_norm: noise * wild * (at > 700 ? 12 : 1),
      learning_rate: at < 400 ? 1e-3 : 5e-3,
      ...(at % 5 === 0 && { validation_loss: 1 + late + 0.01 * normal(), evaluated_training_loss: 1 / (1 + at / 50) }),
    };
    const step = at < 650 ? at : at - 100;
    return observation(step, values, { wentBack: at === 650, skipped: at % 173 === 0 });
  });
})();

function judge(detector: AnyStepDetector, state: object, observed: Observation, options: DetectorOptions): Verdict {
  return detector.observe(state, observed, options, () => undefined);
}

describe.each(all.map((detector) => [detector.kind, detector] as const))('%s', (_, detector) => {
  const options = optionsOf(detector);
  const state = detector.start(options);
  const saved: string[] = [];
  const verdicts = training.map((observed) => {
    saved.push(toLine(state));
    return judge(detector, state, observed, options);
  });

  it('goes on after a restart, wherever it comes, as if there had been none', () => {
    expect(new Set(saved).size).toBeGreaterThan(1);
    for (let at = 0; at < training.length; at += 29) {
      const restarted = detector.start(options);
      expect(restoreState(restarted, fromLine(saved[at]!))).toBe(true);
      const rest = training.slice(at).map((observed) => judge(detector, restarted, observed, options));
      expect(rest).toEqual(verdicts.slice(at));
    }
  });

  it('keeps a state that a snapshot has room for', () => {
    expect(Math.max(...saved.map(({ length }) => length))).toBeLessThan(16_384);
  });

  it.each([null, [], {}, { usual: 1 }, 'text', 3])('begins anew with a state of another shape: %o', (wrong) => {
    expect(restoreState(detector.start(options), wrong)).toBe(false);
  });
});

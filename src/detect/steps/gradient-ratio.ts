import { integer, number } from '../../config/index.ts';
import { gauge } from '../../series/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { GradientChanges, methodLabels } from './gradient-change.ts';

/** The literal rule r = ‖g_t − g_{t−1}‖ / ‖g_{t−1}‖ > C. It informs; {@link gradientExplosion} decides. */
export const gradientRatio = stepDetector({
  kind: 'gradient_ratio',
  subject: 'run',
  meaning: 'the gradient changed by a large multiple of its own length in one step',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({
    limit: number({
      default: 10,
      min: 0.01,
      max: 1e12,
      help: 'C: relative change of the gradient in one step above which it is reported',
    }),
    recovery: integer({ default: 10, min: 1, max: 10_000, help: 'Steps in order after which it is over' }),
  }),
  reads: ['gradient_norm', 'gradient_change_norm'],
  metrics: {
    ratio: gauge('gradwatch_train_gradient_change_ratio', {
      help: 'Relative change of the gradient from the step before: norm of the difference (method exact) or difference of the norms (surrogate), over the norm before',
      labels: ['run', 'rank', 'method'],
    }),
  },
  start: () => ({ changes: new GradientChanges(), episode: new Episode() }),
  observe({ changes, episode }, observation, { limit, recovery }, output) {
    const change = changes.observe(observation);
    if (change === null) return quiet;
    const { ratio, method, previousNorm } = change;
    const { step, rank } = observation;
    output('ratio', ratio, methodLabels[method]);
    if (!(ratio > limit)) return episode.calm(step, recovery);
    return {
      status: 'evidence',
      severity: 'info',
      firstStep: episode.disturbed(step),
      step,
      score: ratio,
      threshold: limit,
      baseline: null,
      window: 1,
      cause: `The gradient of rank ${rank} changed at step ${step} by ${figure(ratio)} times its norm of the step before, ${figure(previousNorm)} (limit ${figure(limit)}, ${method}).`,
      advice: 'See whether gradient_explosion is open for the run; alone this is one unusual batch.',
    };
  },
});

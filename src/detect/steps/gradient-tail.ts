import { integer, number } from '../../config/index.ts';
import { gauge } from '../../series/index.ts';
import { gaussianTail, SlidingWindow, winsorised } from '../../stats/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { GradientChanges, methodLabels, type ChangeMethod } from './gradient-change.ts';

export interface State {
  readonly changes: GradientChanges;
  readonly episode: Episode;
  readonly ratios: SlidingWindow;
  /** How the ratios in the window were computed. */
  method: ChangeMethod;
}

/** The literal rule P(r > C) = ½ erfc((C − μ) / (σ√2)) > ε. It informs; {@link gradientExplosion} decides. */
export const gradientTail = stepDetector({
  kind: 'gradient_tail',
  subject: 'run',
  meaning: 'the gradient varies so much from step to step that a large jump is to be expected',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({
    limit: number({
      default: 10,
      min: 0.01,
      max: 1e12,
      help: 'C: relative change of the gradient whose chance is asked',
    }),
    epsilon: number({
      default: 0.001,
      min: 1e-300,
      max: 1,
      help: 'ε: chance of such a change above which it is reported',
    }),
    window: integer({ default: 128, min: 16, max: 4096, help: 'Relative changes from which mean and sigma are taken' }),
    warmup: integer({ default: 32, min: 2, max: 4096, help: 'Relative changes before the first verdict' }),
    recovery: integer({ default: 10, min: 1, max: 10_000, help: 'Steps in order after which it is over' }),
  }),
  reads: ['gradient_norm', 'gradient_change_norm'],
  metrics: {
    probability: gauge('gradwatch_train_gradient_tail_probability', {
      help: 'Chance that the relative change of the gradient exceeds the limit C, by a normal distribution fitted to the last changes',
      labels: ['run', 'rank', 'method'],
    }),
  },
  start: ({ window }): State => ({
    changes: new GradientChanges(),
    episode: new Episode(),
    ratios: new SlidingWindow(window),
    method: 'surrogate',
  }),
  observe(state, observation, { limit, epsilon, warmup, recovery }, output) {
    const { changes, episode, ratios } = state;
    const change = changes.observe(observation);
    if (change === null || !Number.isFinite(change.ratio)) return quiet;
    const { ratio, method } = change;
    const { step, rank } = observation;
    // The two methods measure different things; figures of one say nothing on the other.
    if (method !== state.method) ratios.clear();
    state.method = method;
    ratios.push(ratio);
    const moments = ratios.size < Math.min(warmup, ratios.capacity) ? null : winsorised(ratios.sorted);
    const probability = moments === null ? undefined : gaussianTail(limit, moments.mean, moments.sigma);
    output('probability', probability, methodLabels[method]);
    if (moments === null || probability === undefined) return quiet;
    if (!(probability > epsilon)) return episode.calm(step, recovery);
    return {
      status: 'evidence',
      severity: 'info',
      firstStep: episode.disturbed(step),
      step,
      score: probability,
      threshold: epsilon,
      baseline: moments.mean,
      window: ratios.size,
      cause: `Relative changes of the gradient of rank ${rank} up to step ${step} have mean ${figure(moments.mean)} and sigma ${figure(moments.sigma)}: a change above ${figure(limit)} has the chance ${figure(probability)} (limit ${figure(epsilon)}, ${method}).`,
      advice: 'Training is near the edge of stability: look at learning rate, warm-up and gradient clipping.',
    };
  },
});

import { integer } from '../../config/index.ts';
import { detectorOptions, quiet, stepDetector } from '../detector.ts';
import { Episode } from '../episode.ts';
import { EvaluationTrend } from './evaluation-trend.ts';
import { bestOnPath } from './lowest-on-path.ts';
import { figure } from '../figure.ts';

export interface State {
  readonly trend: EvaluationTrend;
  readonly episode: Episode;
  /** Evaluations so far, and those after which one of the losses was last better. */
  taken: number;
  bettered: number;
  /** The levels that have to be bettered, and the step at which they were reached. */
  best: { readonly step: number; readonly validation: number; readonly training: number } | null;
}

/** Neither loss has become better for as many evaluations as it took to come so far: what follows is wasted. */
export const overtraining = stepDetector({
  kind: 'overtraining',
  subject: 'run',
  meaning: 'neither the training nor the validation loss has become better for half of the run',
  explains: [],
  alert: 'none',
  endsWithRun: true,
  options: detectorOptions({
    window: integer({ default: 5, min: 1, max: 1000, help: 'Evaluations whose median is the level of a loss' }),
    patience: integer({
      default: 20,
      min: 2,
      max: 100_000,
      help: 'Evaluations without a better level of either loss, and no fewer than it took to reach the best',
    }),
  }),
  reads: ['validation_loss', 'loss', 'evaluated_training_loss'],
  metrics: {},
  start: ({ window }): State => ({
    trend: new EvaluationTrend(window),
    episode: new Episode(),
    taken: 0,
    bettered: 0,
    best: null,
  }),
  observe(state, observation, { window, patience }) {
    if (observation.wentBack) {
      state.trend.clear();
      state.bettered = state.taken;
      state.best = bestOnPath(state.best, observation.step);
    }
    const point = state.trend.observe(observation);
    if (point === null) return quiet;
    const { step } = point;
    const [validation, training] = [point.validation.now, point.training.now];
    state.taken += 1;
    const { best } = state;
    if (best === null || validation < best.validation || training < best.training) {
      // Each loss keeps its own record; by noise alone one of them is broken now and then, which keeps a run that still learns silent.
      state.best = {
        step,
        validation: Math.min(validation, best?.validation ?? Infinity),
        training: Math.min(training, best?.training ?? Infinity),
      };
      state.bettered = state.taken;
      return state.episode.calm(step, 1);
    }
    const without = state.taken - state.bettered;
    const limit = Math.max(patience, state.bettered);
    if (without < limit) return quiet;
    return {
      status: 'evidence',
      severity: 'info',
      firstStep: state.episode.disturbed(best.step),
      step,
      score: without,
      threshold: limit,
      baseline: best.validation,
      window,
      cause: `For ${without} evaluations up to step ${step} neither loss of rank ${observation.rank} has become better than at step ${best.step}: ${figure(best.validation)} for validation, ${figure(best.training)} for training.`,
      advice: `Stop and keep the checkpoint of about step ${best.step}, or go on with a lower learning rate.`,
    };
  },
});

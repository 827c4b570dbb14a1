import { integer, number } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure } from '../figure.ts';
import { reportDetector } from '../report.ts';
import { Streak } from '../streak.ts';

export interface State {
  readonly streak: Streak;
}

/**
 * In the first steps the variance of the activations grows or shrinks by orders of magnitude from layer to layer: the weights started at
 * the wrong scale (Glorot & Bengio 2010, section 4.2). SageMaker Debugger's PoorWeightInitialization.
 */
export const poorInitialization = reportDetector({
  kind: 'poor_initialization',
  hears: 'layers',
  subject: 'run',
  meaning: 'the activations of a young run differ by orders of magnitude between layers',
  explains: ['layer_gradients', 'dead_units', 'saturated_units'],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    ratio: number({ default: 1000, min: 1, max: 1e12, help: 'Largest variance of a layer over the smallest, at most' }),
    steps: integer({ default: 100, min: 1, max: 1_000_000, help: 'Steps from the start that are judged' }),
    patience: integer({ default: 3, min: 1, max: 1000, help: 'Reports in a row' }),
  }),
  start: (): State => ({ streak: new Streak() }),
  observe({ streak }, { rank, step, layers }, { ratio, steps, patience }) {
    const told = layers.filter(({ values: { activation_variance: variance } }) => (variance ?? 0) > 0);
    if (told.length < 3) return quiet;
    const sorted = told.toSorted((a, b) => (a.values.activation_variance ?? 0) - (b.values.activation_variance ?? 0));
    const [least, most] = [sorted[0], sorted.at(-1)];
    const spread = (most?.values.activation_variance ?? 0) / (least?.values.activation_variance ?? 1);
    if (step > steps || !(spread > ratio)) {
      return streak.calm(step, patience);
    }
    const firstStep = streak.disturbed(step, patience);
    if (firstStep === null) return quiet;
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep,
      step,
      score: spread,
      threshold: ratio,
      baseline: null,
      window: patience,
      cause: `On rank ${rank} the activations of layer ${most?.name ?? ''} vary ${figure(spread)} times as much as those of layer ${least?.name ?? ''} since step ${firstStep}.`,
      advice:
        'Choose the initialisation that fits the activation (Glorot for tanh, He for ReLU), or normalise between layers.',
    };
  },
});

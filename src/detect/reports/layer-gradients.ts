import { integer, number } from '../../config/index.ts';
import type { Layer } from '../../runs/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure } from '../figure.ts';
import { reportDetector } from '../report.ts';
import { Streak } from '../streak.ts';

export interface State {
  readonly streak: Streak;
}

/**
 * The gradient dies, or grows without bound, on its way through the layers: the norm of the first layer against that of the last. Zhang et
 * al., "AUTOTRAINER: An Automatic DNN Training Problem Detection and Repair System", ICSE 2021, sections 3.1 and 3.2.
 */
export const layerGradients = reportDetector({
  kind: 'layer_gradients',
  hears: 'layers',
  subject: 'run',
  meaning: 'the gradient vanishes or explodes on its way through the layers',
  explains: [],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    vanishing: number({
      default: 1e-3,
      min: 0,
      max: 1,
      help: 'Gradient norm of the first layer over the last, at least',
    }),
    floor: number({
      default: 1e-4,
      min: 0,
      max: 1e12,
      help: 'Norm of the first layer below which it can be vanishing',
    }),
    exploding: number({
      default: 70,
      min: 1,
      max: 1e12,
      help: 'Gradient norm of the first layer over the last, at most',
    }),
    patience: integer({ default: 5, min: 1, max: 1000, help: 'Reports in a row' }),
  }),
  start: (): State => ({ streak: new Streak() }),
  observe({ streak }, { rank, step, layers }, { vanishing, floor, exploding, patience }) {
    const told = layers.filter(({ values: { gradient_norm: norm } }) => norm !== undefined && Number.isFinite(norm));
    const [first, last] = [told[0], told.at(-1)];
    if (first === undefined || last === undefined || told.length < 3) return quiet;
    const [low, high] = [normOf(first), normOf(last)];
    if (high === 0) return quiet;
    const ratio = low / high;
    const vanishes = ratio < vanishing && low < floor;
    const explodes = ratio > exploding;
    if (!vanishes && !explodes) {
      return streak.calm(step, patience);
    }
    const firstStep = streak.disturbed(step, patience);
    if (firstStep === null) return quiet;
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep,
      step,
      score: vanishes ? vanishing / Math.max(ratio, Number.MIN_VALUE) : ratio / exploding,
      threshold: 1,
      baseline: high,
      window: patience,
      cause: `The gradient norm of layer ${first.name} of rank ${rank} is ${figure(low)}, that of layer ${last.name} ${figure(high)}, since step ${firstStep}: the gradient ${vanishes ? 'vanishes' : 'explodes'} on its way.`,
      advice: vanishes
        ? 'Use residual connections or normalisation, another activation, or another initialisation.'
        : 'Clip the gradient, add normalisation, or look at the initialisation of the first layers.',
    };
  },
});

function normOf({ values }: Layer): number {
  return values.gradient_norm ?? NaN;
}

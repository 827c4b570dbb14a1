import { integer, number } from '../../config/index.ts';
import { detectorOptions } from '../detector.ts';
import { figure } from '../figure.ts';
import { judgeLayers, startLayerRule } from './layer-rule.ts';
import { reportDetector } from '../report.ts';

/** The weights of a layer change by far too much or by nothing in a step. SageMaker Debugger's WeightUpdateRatio. */
export const weightUpdate = reportDetector({
  kind: 'weight_update',
  hears: 'layers',
  subject: 'run',
  meaning: 'the weights of a layer change by far too much or hardly at all',
  explains: [],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    largest: number({ default: 10, min: 0, max: 1e12, help: 'Norm of the update over that of the weights, at most' }),
    smallest: number({
      default: 1e-8,
      min: 0,
      max: 1,
      help: 'The same, at least; an update of 0 is of a layer that is frozen, and is not judged',
    }),
    patience: integer({ default: 5, min: 1, max: 1000, help: 'Reports of the layer in a row' }),
  }),
  start: startLayerRule,
  observe: (state, report, { largest, smallest, patience }) =>
    judgeLayers(state, report, {
      offence: ({ values: { update_ratio: ratio } }) => {
        if (ratio === undefined || ratio === 0 || Number.isNaN(ratio)) return undefined;
        if (ratio > largest) return { score: ratio / largest, threshold: 1 };
        return ratio < smallest ? { score: smallest / ratio, threshold: 1 } : null;
      },
      patience,
      severity: 'warning',
      sentence: ({ values }) => `a step changes the weights by ${figure(values.update_ratio ?? NaN)} of their norm`,
      advice:
        'A healthy step changes weights by about a thousandth of their norm: look at the learning rate of this layer.',
    }),
});

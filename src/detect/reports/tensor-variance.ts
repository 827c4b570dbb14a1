import { integer, number } from '../../config/index.ts';
import { detectorOptions } from '../detector.ts';
import { figure } from '../figure.ts';
import { judgeLayers, startLayerRule } from './layer-rule.ts';
import { reportDetector } from '../report.ts';

/** The variance of a layer's weights leaves the limits that the configuration sets. SageMaker Debugger's TensorVariance. */
export const tensorVariance = reportDetector({
  kind: 'tensor_variance',
  hears: 'layers',
  subject: 'run',
  meaning: 'the variance of the weights of a layer is outside the configured limits',
  explains: [],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    smallest: number({ default: 0, min: 0, max: 1e12, help: 'Variance of the weights, at least' }),
    largest: number({ default: 1e12, min: 0, max: 1e12, help: 'Variance of the weights, at most' }),
    patience: integer({ default: 3, min: 1, max: 1000, help: 'Reports of the layer in a row' }),
  }),
  start: startLayerRule,
  observe: (state, report, { smallest, largest, patience }) =>
    judgeLayers(state, report, {
      offence: ({ values: { weight_variance: variance } }) => {
        if (variance === undefined) return undefined;
        if (variance > largest) return { score: variance, threshold: largest };
        return variance < smallest ? { score: smallest - variance, threshold: 0 } : null;
      },
      patience,
      severity: 'warning',
      sentence: ({ values }) => `the weights have a variance of ${figure(values.weight_variance ?? NaN)}`,
      advice: 'Look at weight decay, the learning rate and the initialisation of this layer.',
    }),
});

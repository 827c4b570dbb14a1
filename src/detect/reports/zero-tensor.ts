import { integer, number } from '../../config/index.ts';
import { detectorOptions } from '../detector.ts';
import { judgeLayers, percent, startLayerRule } from './layer-rule.ts';
import { reportDetector } from '../report.ts';

/** All values of the gradient of a layer are zero. SageMaker Debugger's AllZero. */
export const zeroTensor = reportDetector({
  kind: 'zero_tensor',
  hears: 'layers',
  subject: 'run',
  meaning: 'all values of the gradient of a layer are zero',
  explains: ['layer_gradients'],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    fraction: number({ default: 1, min: 0, max: 1, help: 'Fraction of zeros from which a layer counts as all zero' }),
    patience: integer({ default: 3, min: 1, max: 1000, help: 'Reports of the layer in a row' }),
  }),
  start: startLayerRule,
  observe: (state, report, { fraction, patience }) =>
    judgeLayers(state, report, {
      offence: ({ values: { fraction_zero: zero } }) =>
        zero === undefined ? undefined : zero >= fraction ? { score: zero, threshold: fraction } : null,
      patience,
      severity: 'warning',
      sentence: ({ values }) => `${percent(values.fraction_zero ?? 0)} of the values of the gradient are zero`,
      advice:
        'Look whether the layer is connected, its input masked away, or the weights of one after it were loaded at all.',
    }),
});

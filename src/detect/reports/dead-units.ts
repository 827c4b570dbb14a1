import { integer, number } from '../../config/index.ts';
import { detectorOptions } from '../detector.ts';
import { judgeLayers, percent, startLayerRule } from './layer-rule.ts';
import { reportDetector } from '../report.ts';

/** Most units of a layer are never active: they pass no gradient and learn nothing any more. SageMaker Debugger's DeadRelu. */
export const deadUnits = reportDetector({
  kind: 'dead_units',
  hears: 'layers',
  subject: 'run',
  meaning: 'most units of a layer are never active',
  explains: ['layer_gradients', 'zero_tensor'],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    fraction: number({ default: 0.5, min: 0, max: 1, help: 'Fraction of dead units that a layer must exceed' }),
    patience: integer({ default: 3, min: 1, max: 1000, help: 'Reports of the layer in a row' }),
  }),
  start: startLayerRule,
  observe: (state, report, { fraction, patience }) =>
    judgeLayers(state, report, {
      offence: ({ values: { fraction_dead: dead } }) =>
        dead === undefined ? undefined : dead > fraction ? { score: dead, threshold: fraction } : null,
      patience,
      severity: 'warning',
      sentence: ({ values }) => `${percent(values.fraction_dead ?? 0)} of the units are dead`,
      advice: 'Lower the learning rate, use a leaky activation, or look at the initialisation and the biases.',
    }),
});

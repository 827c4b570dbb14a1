import { integer, number } from '../../config/index.ts';
import { detectorOptions } from '../detector.ts';
import { judgeLayers, percent, startLayerRule } from './layer-rule.ts';
import { reportDetector } from '../report.ts';

/** Most units of a layer are at the flat ends of their activation, where hardly any gradient passes. SageMaker Debugger's SaturatedActivation. */
export const saturatedUnits = reportDetector({
  kind: 'saturated_units',
  hears: 'layers',
  subject: 'run',
  meaning: 'most units of a layer are saturated',
  explains: [],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    fraction: number({ default: 0.5, min: 0, max: 1, help: 'Fraction of saturated units that a layer must exceed' }),
    patience: integer({ default: 3, min: 1, max: 1000, help: 'Reports of the layer in a row' }),
  }),
  start: startLayerRule,
  observe: (state, report, { fraction, patience }) =>
    judgeLayers(state, report, {
      offence: ({ values: { fraction_saturated: saturated } }) =>
        saturated === undefined ? undefined : saturated > fraction ? { score: saturated, threshold: fraction } : null,
      patience,
      severity: 'warning',
      sentence: ({ values }) => `${percent(values.fraction_saturated ?? 0)} of the units are saturated`,
      advice:
        'Normalise the inputs of the layer, lower the learning rate, or look at the scale of the initial weights.',
    }),
});

import { deadUnits } from './dead-units.ts';
import { inputDrift, outputDrift } from './drift.ts';
import { evaluationThreshold } from './evaluation-threshold.ts';
import { layerGradients } from './layer-gradients.ts';
import { poorInitialization } from './poor-initialization.ts';
import { saturatedUnits } from './saturated-units.ts';
import { servingErrors } from './serving-errors.ts';
import { servingLatency } from './serving-latency.ts';
import { tensorVariance } from './tensor-variance.ts';
import { unchangedWeights } from './unchanged-weights.ts';
import { weightUpdate } from './weight-update.ts';
import { zeroTensor } from './zero-tensor.ts';

/** Detectors over what ranks report beside their steps: a cause before its consequences. */
export const reportDetectors = [
  poorInitialization,
  layerGradients,
  deadUnits,
  saturatedUnits,
  zeroTensor,
  weightUpdate,
  unchangedWeights,
  tensorVariance,
  inputDrift,
  outputDrift,
  servingErrors,
  servingLatency,
  evaluationThreshold,
] as const;

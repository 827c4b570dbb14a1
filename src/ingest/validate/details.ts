import type { Step } from '../../protocol/index.ts';
import type { NormScope, Phase, StepDetails } from '../../runs/index.ts';
import type { Refusal } from '../refusals.ts';
import { enumOf } from './told-enum.ts';
import { valuesOf } from './values.ts';

const phases: Readonly<Record<string, Phase>> = {
  PHASE_INIT: 'init',
  PHASE_TRAIN: 'train',
  PHASE_EVALUATION: 'evaluation',
  PHASE_CHECKPOINT: 'checkpoint',
  PHASE_IDLE: 'idle',
};

const scopes: Readonly<Record<string, NormScope>> = { NORM_SCOPE_GLOBAL: 'global', NORM_SCOPE_SHARD: 'shard' };

export function phaseOf(phase: Step['phase'], refused: (refusal: Refusal) => void): Phase | null {
  return phase === undefined ? null : enumOf(phases, phase, 'Step.phase', refused);
}

/** What few workers tell of a step; null where it is none of it. */
export function detailsOf(
  { gradient_norm_scope: scope, auxiliary_losses: losses, extras }: Step,
  refused: (refusal: Refusal) => void,
): StepDetails | null {
  if (scope === undefined && losses === undefined && extras === undefined) return null;
  return {
    gradientNormScope: scope === undefined ? null : enumOf(scopes, scope, 'Step.gradient_norm_scope', refused),
    auxiliaryLosses: valuesOf(losses, 'an auxiliary loss', refused),
    extras: valuesOf(extras, 'an extra', refused),
  };
}

import type { Observation } from '../../runs/index.ts';
import type { Severity, Verdict } from '../detector.ts';
import type { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import type { LearningRate } from './learning-rate.ts';

/** Steps for which a rise of the learning rate is named as what came before. */
const recentSteps = 32;

interface Parts {
  readonly episode: Episode;
  readonly learningRate: LearningRate;
}

/** A gradient norm that is out of range, against what. */
interface Told {
  readonly severity: Severity;
  readonly since: number;
  /** Logarithms of the norm as a multiple of what is usual, of the multiple that was allowed, and of the usual norm. */
  readonly distance: number;
  readonly limit: number;
  readonly usual: number;
  /** What the usual norm is. */
  readonly of: string;
  readonly window: number;
  readonly origin: 'own' | 'shared';
}

/** Disturbs the episode, and says so in figures. */
export function evidenceOf({ episode, learningRate }: Parts, { step, rank, fresh }: Observation, told: Told): Verdict {
  const { severity, distance, limit, usual, of, window, origin } = told;
  const norm = fresh.gradient_norm ?? NaN;
  const finite = Number.isFinite(norm);
  const firstStep = episode.disturbed(told.since);
  const rise = learningRate.riseBefore(firstStep, recentSteps);
  return {
    status: 'evidence',
    severity,
    firstStep,
    step,
    score: Math.exp(distance),
    threshold: Math.exp(limit),
    baseline: Math.exp(usual),
    window,
    origin,
    cause:
      `The gradient norm of rank ${rank} ${finite ? 'reached' : 'became'} ${figure(norm)} at step ${step}, ` +
      `${finite ? `${figure(Math.exp(distance))} times` : 'having left'} ${of} ${figure(Math.exp(usual))} ` +
      `(limit ${figure(Math.exp(limit))} times)${firstStep === step ? '' : `, out of range since step ${firstStep}`}` +
      `${rise === '' ? '' : `; ${rise}`}.`,
    advice:
      rise === ''
        ? 'Go back to the last checkpoint before the first step, skip the batches around it or lower the learning rate, and clip the gradient norm.'
        : 'Go back to the last checkpoint before the first step and take the rise of the learning rate back, or warm up more slowly.',
  };
}

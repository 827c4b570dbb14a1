import { figure } from '../figure.ts';
import type { Observation } from '../../runs/index.ts';
import { riseOf, type Diverged } from './diverged.ts';
import { EvaluationTrend, isLost, type EvaluationPoint } from './evaluation-trend.ts';
import { LastingRule } from './lasting-rule.ts';
import { LowestOnPath } from './lowest-on-path.ts';
import { RateLevels } from './rate-levels.ts';

/** Evaluations in a row at which both losses must be blown up: one may be a mishap of its own. */
const blownEvaluations = 2;

/** Shares of the way that a loss below zero had come down from its first value whose loss is bad, and worse. */
const clearly = 0.2;
const half = 0.5;

/** Evaluations for which losses may settle after a rise of the learning rate. */
const settling = 16;

interface Losses {
  readonly validation: number;
  readonly training: number;
}

class LowestLosses {
  readonly validation = new LowestOnPath();
  readonly training = new LowestOnPath();

  /** Gives the lowest ones with these among them. */
  take({ validation, training }: Losses, step: number): Losses {
    this.validation.take(validation, step);
    this.training.take(training, step);
    return { validation: this.validation.value, training: this.training.value };
  }

  goBack(step: number): void {
    this.validation.goBack(step);
    this.training.goBack(step);
  }
}

export interface EvaluationDivergenceOptions {
  readonly rise: number;
  readonly evaluation_window: number;
  readonly evaluation_rise: number;
  readonly evaluation_patience: number;
  readonly blow_up: number;
  readonly noise: number;
}

/**
 * Validation and training loss rise together from evaluation to evaluation. Losses that are many times as high as they were need no
 * levels: such a run often ends before there are any.
 */
export class EvaluationDivergence {
  private readonly trend: EvaluationTrend;
  private readonly validationRates = new RateLevels(settling);
  private readonly trainingRates = new RateLevels(settling);
  private readonly risen = new LastingRule();
  private readonly blown = new LastingRule();
  /** The first losses and their step, the lowest levels, and the lowest losses of single evaluations. */
  private first: Losses | null = null;
  private firstAt = 0;
  private readonly best = new LowestLosses();
  private readonly lowest = new LowestLosses();

  constructor(window: number) {
    this.trend = new EvaluationTrend(window);
  }

  get holds(): boolean {
    return this.risen.holds || this.blown.holds;
  }

  /** Takes the learning rate: at one that the run had before, the levels of then are what counts, and those of now begin anew. */
  takeRate(rate: number): void {
    const isKnown = [this.validationRates, this.trainingRates].map((rates) => rates.take(rate));
    if (isKnown.includes(false)) return;
    this.clear();
    this.best.validation.raise(this.validationRates.floor);
    this.best.training.raise(this.trainingRates.floor);
  }

  /** What the observation says, and whether it was an evaluation that has levels. */
  take(
    observation: Observation,
    options: EvaluationDivergenceOptions,
  ): { readonly diverged: Diverged | null; readonly levelled: boolean } {
    const point = this.trend.observe(observation);
    const { latest } = this.trend;
    const { step, rank, fresh } = observation;
    const isEvaluation = fresh.validation_loss !== undefined && latest !== null;
    if (isEvaluation && this.first === null) [this.first, this.firstAt] = [latest, step];
    const diverged =
      (isEvaluation ? this.#judgeBlowUp(latest, step, rank, options) : null) ??
      (point === null ? null : this.#judgeLevels(point, rank, options));
    return { diverged, levelled: point !== null };
  }

  /** Older weights have another trend; what was best up to them stays. */
  goBack(step: number): void {
    this.clear();
    this.best.goBack(step);
    this.lowest.goBack(step);
    if (this.first === null || step > this.firstAt) return;
    this.first = null;
    this.validationRates.clear();
    this.trainingRates.clear();
  }

  private clear(): void {
    this.trend.clear();
    this.risen.clear();
    this.blown.clear();
  }

  #judgeBlowUp(
    { validation, training }: Losses,
    step: number,
    rank: number,
    { blow_up: factor }: EvaluationDivergenceOptions,
  ): Diverged | null {
    const lowest = this.lowest.take({ validation, training }, step);
    const blown =
      Math.min(lowest.validation, lowest.training) > 0 &&
      validation > factor * lowest.validation &&
      training > factor * lowest.training;
    if (!this.blown.take(blown, step, blownEvaluations)) return null;
    return {
      severity: 'critical',
      since: this.blown.since,
      score: riseOf(validation, lowest.validation),
      threshold: factor - 1,
      baseline: lowest.validation,
      window: 1,
      cause: `At step ${step} the evaluation of rank ${rank} gave ${figure(validation)} for validation and ${figure(training)} for training, many times their lowest of ${figure(lowest.validation)} and ${figure(lowest.training)}.`,
    };
  }

  #judgeLevels(
    { step, validation, training }: EvaluationPoint,
    rank: number,
    options: EvaluationDivergenceOptions,
  ): Diverged | null {
    const settled = {
      validation: Math.max(validation.now, this.validationRates.floor),
      training: Math.max(training.now, this.trainingRates.floor),
    };
    const best = this.best.take(settled, step);
    const first = this.first ?? best;
    this.validationRates.reached(validation.now);
    this.trainingRates.reached(training.now);
    const { evaluation_rise: rise, noise, evaluation_patience: patience, evaluation_window: window } = options;
    const ofValidation = { first: first.validation, best: best.validation };
    const ofTraining = { first: first.training, best: best.training };
    const shares = { ofLevel: rise, ofWay: clearly };
    const far = isLost(ofValidation, validation, shares, noise) && isLost(ofTraining, training, shares, noise);
    if (!this.risen.take(far, step, patience)) return null;
    return {
      severity: isLost(ofValidation, validation, { ofLevel: options.rise, ofWay: half }, noise)
        ? 'critical'
        : 'warning',
      since: this.risen.since,
      score: riseOf(validation.now, best.validation),
      threshold: rise,
      baseline: best.validation,
      window,
      cause: `At step ${step} the evaluations of rank ${rank} stand at ${figure(validation.now)} for validation and ${figure(training.now)} for training, above their best of ${figure(best.validation)} and ${figure(best.training)}.`,
    };
  }
}

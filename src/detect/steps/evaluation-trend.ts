import type { Observation } from '../../runs/index.ts';
import { SlidingWindow } from '../../stats/index.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

/** Training losses before an evaluation of which the median stands for the training loss, where none was evaluated. */
const lossesBefore = 9;
/**
 * Deviations of a single value from which a way is clear. Some hundred independent values that go nowhere lie 6 apart at most (the range:
 * Tippett, 1925), and those that resemble the ones before them stray farther.
 */
const clearWay = 8;
const halfWay = 0.5;

/** One of the two losses at an evaluation, smoothed. */
export interface Level {
  readonly now: number;
  /** Standard deviation of a single value around it. */
  readonly noise: number;
}

export interface EvaluationPoint {
  readonly step: number;
  readonly validation: Level;
  readonly training: Level;
}

/**
 * Validation and training loss of one rank from evaluation to evaluation, each the median of the last few. The training loss is that
 * of the evaluation where the worker reports one: dropout and augmentation make the loss of a step another quantity. Else it is the
 * median of the last losses of steps.
 */
export class EvaluationTrend {
  private readonly validation: SmoothedLoss;
  private readonly training: SmoothedLoss;
  private readonly losses = new SlidingWindow(lossesBefore);
  private evaluatesTraining = false;
  /** Both losses of the last evaluation as they were reported, null where one of them is not known. */
  latest: { readonly validation: number; readonly training: number } | null = null;

  constructor(window: number) {
    this.validation = new SmoothedLoss(window);
    this.training = new SmoothedLoss(window);
  }

  /** The point that this observation made: null when it was no evaluation, or there are too few yet. */
  observe({ step, fresh, known }: Observation): EvaluationPoint | null {
    if (fresh.loss !== undefined && Number.isFinite(fresh.loss)) this.losses.push(fresh.loss);
    const evaluated = known.evaluated_training_loss;
    if (evaluated !== undefined && !this.evaluatesTraining) {
      this.evaluatesTraining = true;
      this.training.clear();
    }
    const validation = fresh.validation_loss;
    if (validation === undefined || !Number.isFinite(validation)) return null;
    this.validation.push(validation);
    const training = this.evaluatesTraining ? evaluated : this.losses.size === 0 ? undefined : this.losses.median();
    const isKnown = training !== undefined && Number.isFinite(training);
    if (isKnown) this.training.push(training);
    this.latest = isKnown ? { validation, training } : null;
    const [ofValidation, ofTraining] = [levelOf(this.validation), levelOf(this.training)];
    return ofValidation === null || ofTraining === null
      ? null
      : { step, validation: ofValidation, training: ofTraining };
  }

  clear(): void {
    this.validation.clear();
    this.training.clear();
    this.losses.clear();
    this.latest = null;
  }
}

function levelOf(loss: SmoothedLoss): Level | null {
  const now = loss.level;
  return now === null ? null : { now, noise: loss.noise };
}

/** Whether a level stands above the best one by a share of it, and by more than its noise explains. */
export function isAbove(best: number, { now, noise }: Level, share: number, sigmas: number): boolean {
  return now > best + Math.max(share * Math.abs(best), sigmas * noise);
}

/**
 * Whether a level stands above the best one by more than its noise explains, and by a share of it or by half of the way down to it,
 * whichever is less: a constant that is added to a loss makes the former as large as it likes. A best level below zero is no measure at
 * all, and another share of the way stands in its place. A way that noise explains is none.
 * @param first the value from which the loss came down
 * @param shares of the best level, and of the way to one below zero
 */
export function isLost(
  { first, best }: { readonly first: number; readonly best: number },
  { now, noise }: Level,
  shares: { readonly ofLevel: number; readonly ofWay: number },
  sigmas: number,
): boolean {
  const way = first - best;
  const ofLevel = shares.ofLevel * Math.abs(best);
  const limit = way <= clearWay * noise ? ofLevel : best > 0 ? Math.min(ofLevel, halfWay * way) : shares.ofWay * way;
  return now > best + Math.max(limit, sigmas * noise);
}

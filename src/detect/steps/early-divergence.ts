import { figure } from '../figure.ts';
import { isAbove } from './evaluation-trend.ts';
import { LastingRule } from './lasting-rule.ts';
import { riseOf, type Diverged } from './diverged.ts';
import { LossWander } from './loss-wander.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

/** Losses whose median is a level in the first steps, and for how many it must stay above. */
const window = 8;
const patience = 16;
/** Multiple of where it began from which the loss is so bad that it strays farther for that: it would hide that it had fallen. */
const trebled = 3;

/**
 * A training that is worse than it began, in its first losses: the level of the last few stays above that of the first few and above
 * the best one. A high learning rate does that within some dozen steps, in which the level of a run that goes well falls, or does not
 * move yet.
 */
export class EarlyDivergence {
  private readonly loss = new SmoothedLoss(window);
  private readonly wander = new LossWander(window);
  private readonly rule = new LastingRule();
  private taken = 0;
  /** The very first loss, and the level of the first few. */
  private begun: number | null = null;
  private level: number | null = null;
  /** What must not be left upwards: that level, or the very first loss where the loss leapt before there was a level. */
  private first = NaN;
  private lowest = Infinity;
  /** How far the loss strayed by then. */
  private strayed = 0;

  get holds(): boolean {
    return this.rule.holds;
  }

  /** Takes a finite loss; judges it while it is among the first ones. */
  take(
    loss: number,
    step: number,
    rank: number,
    options: { readonly early: number; readonly rise: number; readonly noise: number },
  ): Diverged | null {
    if (this.taken > options.early) return null;
    this.taken += 1;
    if (this.taken > options.early) {
      this.#rest();
      return null;
    }
    this.begun ??= loss;
    this.loss.push(loss);
    if (!this.rule.holds) this.wander.push(loss);
    const now = this.loss.level;
    if (now === null) return null;
    // A level below zero is of another kind of loss, of which a share says nothing.
    const isFar = (level: number) =>
      level > 0 && isAbove(level, { now, noise: this.loss.noise }, options.rise, options.noise);
    if (this.level === null) this.first = isFar(this.begun) ? this.begun : now;
    const { first } = this;
    this.level ??= now;
    if (now < this.lowest) {
      this.lowest = now;
      this.strayed = Math.max(this.loss.levelNoise, this.wander.deviation(this.loss.levelNoise));
    }
    const far = isFar(first);
    if (!this.rule.take(far, step, patience)) return null;
    const { levelNoise } = this.loss;
    const strays = now > trebled * first ? this.strayed : Math.max(levelNoise, this.wander.deviation(levelNoise));
    return {
      // One that never fell may be of another kind: a divergence from a reference, or the loss of one of two players, begins low.
      severity: this.level - this.lowest > options.noise * strays ? 'warning' : 'info',
      since: this.rule.since,
      score: riseOf(now, first),
      threshold: options.rise,
      baseline: first,
      window,
      cause: `The training loss of rank ${rank} began at ${figure(first)} and stays at ${figure(now)} up to step ${step}.`,
    };
  }

  /** Older weights begin anew. */
  clear(): void {
    this.#rest();
    this.taken = 0;
    this.begun = this.level = null;
    this.lowest = Infinity;
  }

  /** What the first losses tell has been said, and is held no longer: a snapshot has it for each rank. */
  #rest(): void {
    this.loss.clear();
    this.wander.clear();
    this.rule.clear();
  }
}

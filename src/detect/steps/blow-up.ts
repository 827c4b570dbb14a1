import { SlidingWindow } from '../../stats/index.ts';
import { figure } from '../figure.ts';
import { riseOf, type Diverged } from './diverged.ts';
import { LastingRule } from './lasting-rule.ts';
import { Onset } from './onset.ts';

/** The very first losses: of more, the later ones may be on the way up already. */
const first = 4;
/** Losses whose median is a level, and levels in a row that must stand high. */
const window = 8;
const patience = 16;
/** Levels, and losses from one to the next, within which the loss must have risen. What takes longer is a drift, as of rewards that grow. */
const recentLevels = 4;
const levelEvery = 64;
/** Share of the first losses to which it must have fallen: a loss that never did may be that of one of two players, or grow with rewards. */
const fallen = 0.5;
/** Share of the highest level of a row below which a loss is on its way back, and begins another row. */
const returning = 0.5;

/**
 * The training loss stands at a multiple of the highest of its very first ones, whatever was usual since. A level that is learnt while the
 * loss rises from its first steps on tells nothing of it, and one that has to be learnt again after a sudden rise is late.
 */
export class BlowUp {
  private readonly firstLosses = new SlidingWindow(first);
  private firstStep = -1;
  private readonly losses = new SlidingWindow(window);
  /** Of the recent past the first losses, and one level of so many while they were not high. */
  private readonly recent = new SlidingWindow(recentLevels);
  private readonly onset = new Onset();
  private readonly rule = new LastingRule();
  private readonly critical = new LastingRule();
  private readonly low = new LastingRule();
  /** The step at which it had fallen for long enough, infinite before; and the lowest level of all. */
  private fellAt = Infinity;
  private lowest = Infinity;
  /** The highest level of the present row. */
  private top = -Infinity;
  /** Losses since the last level that entered `recent`. */
  private taken = 0;

  get holds(): boolean {
    return this.rule.holds;
  }

  /** Takes a finite loss. */
  take(loss: number, step: number, rank: number, { blow_up: factor }: { readonly blow_up: number }): Diverged | null {
    const { firstLosses, recent, rule } = this;
    if (firstLosses.size === 0) this.firstStep = step;
    if (firstLosses.size < first) {
      firstLosses.push(loss);
      recent.push(loss);
    }
    this.losses.push(loss);
    this.onset.take(loss > firstLosses.quantile(1), step);
    if (this.losses.size < window) return null;
    const level = this.losses.median();
    this.lowest = Math.min(this.lowest, level);
    if (level < returning * this.top) rule.clear();
    if (!rule.holds) this.#beginRow(level);
    this.top = Math.max(this.top, level);
    // How far below zero a loss has come tells its size as well.
    const began = Math.max(firstLosses.quantile(1), -this.lowest);
    if (this.low.take(level <= fallen * began, step, patience)) this.fellAt = Math.min(this.fellAt, step);
    const limit = began * (step > this.fellAt && this.#hasFirstLevel(factor) ? factor : factor ** 2);
    // Once it stands high it need not rise further.
    const isSudden = rule.holds || level >= factor * recent.quantile(0);
    const isCritical = this.critical.take(level >= factor ** 2 * began, step, patience);
    if (!rule.take(isSudden && level >= limit && this.#hasFirstLevel(factor ** 2), step, patience)) return null;
    return {
      severity: isCritical ? 'critical' : 'warning',
      since: this.onset.before(step),
      score: riseOf(level, began),
      threshold: riseOf(limit, began),
      baseline: began,
      window: first,
      cause: `The training loss of rank ${rank} stands at ${figure(level)} at step ${step}, ${figure(level / began)} times the ${figure(began)} of its first steps.`,
    };
  }

  /** Older weights have another level; what the run began with stays, unless it goes back to before that. */
  goBack(step: number): void {
    this.losses.clear();
    this.onset.clear();
    this.rule.clear();
    this.critical.clear();
    this.low.clear();
    if (step <= this.fellAt) this.fellAt = Infinity;
    if (step > this.firstStep) return;
    this.firstLosses.clear();
    this.lowest = Infinity;
  }

  #beginRow(level: number): void {
    this.top = level;
    if (this.taken % levelEvery === 0) this.recent.push(level);
    this.taken += 1;
  }

  /**
   * A divergence from a reference begins at next to nothing, and a loss about zero has no first level. What diverges at once multiplies within
   * its first losses already.
   */
  #hasFirstLevel(factor: number): boolean {
    const lowest = this.firstLosses.quantile(0);
    return lowest > 0 && this.firstLosses.quantile(1) <= factor * lowest;
  }
}

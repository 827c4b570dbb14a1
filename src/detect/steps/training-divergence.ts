import type { Severity } from '../detector.ts';
import { SlidingWindow } from '../../stats/index.ts';
import { figure } from '../figure.ts';
import { riseOf, type Diverged } from './diverged.ts';
import { LastingRule } from './lasting-rule.ts';
import { LossWander } from './loss-wander.ts';
import { LowestOnPath } from './lowest-on-path.ts';
import { Onset } from './onset.ts';
import { RateLevels } from './rate-levels.ts';
import { SmoothedLoss } from './smoothed-loss.ts';

/** Windows within which the loss must have risen. What takes longer is a drift, as of the weight of a term or of the other player of a game. */
const recentWindows = 4;
/** Standard deviations of a single loss that a loss which drifts does not rise so soon. */
const steep = 6;
/**
 * Rise below which nobody has to look, as a share of the level: in a long run it happens by chance. A constant that is added to the loss
 * makes any level large, so half of what had been learnt is enough.
 */
const mild = 0.1;
const half = 0.5;
/** Share of what had been learnt, the way down from the first level, that is lost again. */
const clearly = 0.2;
/** The least one where the loss has risen by a large share of itself: near zero a loss doubles by noise alone. */
const least = 0.1;
/** A loss that at its pace is down again after so many times the losses of a verdict is on its way back. */
const returning = 20;
/** Windows for which the loss may settle after a rise of the learning rate. */
const settlingWindows = 16;

export interface TrainingDivergenceOptions {
  readonly rise: number;
  readonly noise: number;
}

/**
 * The level of the training loss rose within the recent past, gave back much of what had been learnt, and does not come down. A loss that
 * never fell has nothing to give back, unless it was settled from the start on, as of good weights that are trained further; one that
 * rises slowly is told as information. After a rise of the learning rate to one that the
 * run had before, the level of then is the one to compare with.
 */
export class TrainingDivergence {
  private readonly loss: SmoothedLoss;
  /** Levels of the last windows, and the noise of single losses at each. */
  private readonly recent = new SlidingWindow(recentWindows);
  private readonly noises = new SlidingWindow(recentWindows);
  private readonly rates: RateLevels;
  private readonly onset = new Onset();
  /** The first level and its step, the lowest of all, and the noise of single losses at that one. */
  private first: number | null = null;
  private firstAt = 0;
  private readonly lowest = new LowestOnPath();
  private lowestNoise = 0;
  /** Whether the first windows differ by no more than the noise of single losses, as of good weights; null before they are over. */
  private beganSettled: boolean | null = null;
  /** Losses since the last level that entered `recent`. */
  private taken = 0;
  /** Losses for which the level has stood far above, and since which step; the highest level of that time, and after how many. */
  private high = 0;
  private since = 0;
  private top = 0;
  private topAt = 0;
  private readonly wander: LossWander;
  private readonly drift = new LastingRule();
  /** The highest level of the present drift. */
  private driftTop = -Infinity;
  readonly #patience: number;

  /** @param window losses whose median is the level; @param patience losses for which it must last */
  constructor(window: number, patience: number) {
    this.loss = new SmoothedLoss(window);
    this.rates = new RateLevels(settlingWindows * window);
    this.wander = new LossWander(window);
    this.#patience = patience;
  }

  get holds(): boolean {
    return this.high > 0 || this.drift.holds;
  }

  /** Whether there is a level. */
  get levelled(): boolean {
    return this.loss.level !== null;
  }

  /** Takes the learning rate: at one that the run had before, its level of then is what counts, and that of now begins anew. */
  takeRate(rate: number): void {
    if (!this.rates.take(rate)) return;
    this.clear();
    this.lowest.raise(this.rates.floor);
  }

  /**
   * Takes a finite loss.
   * @param resumed what the run had learnt before the first loss is not known: it counts as all of the level
   */
  take(
    loss: number,
    step: number,
    rank: number,
    resumed: boolean,
    options: TrainingDivergenceOptions,
  ): Diverged | null {
    const { recent, onset } = this;
    this.loss.push(loss);
    // What stands far above must not count as usual.
    if (this.high === 0) this.wander.push(loss);
    const { level, noise } = this.loss;
    if (level === null) return null;
    if (this.first === null) [this.first, this.firstAt] = [level, step];
    const settled = Math.max(level, this.rates.floor);
    if (this.lowest.take(settled, step)) this.lowestNoise = noise;
    this.rates.reached(level);
    const base = Math.min(settled, recent.size === 0 ? Infinity : recent.quantile(0));
    onset.take(loss > base + options.noise * noise, step);
    const severity = this.#severity(level, base, resumed, options);
    if (severity === null) {
      this.high = 0;
      this.taken += 1;
      if (this.taken % this.loss.window === 0) this.#remember(settled);
      if (recent.size === recentWindows) {
        this.beganSettled ??= recent.quantile(1) - recent.quantile(0) <= steep * this.loss.levelNoise;
      }
      return this.#judgeDrift(level, step, rank, options);
    }
    if (!this.#lasts(level, base, step, options.noise)) return null;
    return {
      severity,
      since: this.since,
      score: riseOf(level, base),
      threshold: options.rise,
      baseline: base,
      window: this.loss.window,
      cause: `The training loss of rank ${rank} stays at ${figure(level)} up to step ${step}, above its level of ${figure(base)} before step ${this.since}.`,
    };
  }

  /** Older weights have another level; what was learnt up to them stays. Before the first level nothing was. */
  goBack(step: number): void {
    this.clear();
    this.lowest.goBack(step);
    if (this.first === null || step > this.firstAt) return;
    this.first = this.beganSettled = null;
    this.rates.clear();
  }

  private clear(): void {
    this.loss.clear();
    this.recent.clear();
    this.noises.clear();
    this.onset.clear();
    this.drift.clear();
    this.wander.clear();
    this.high = 0;
  }

  #remember(level: number): void {
    this.recent.push(level);
    this.noises.push(this.loss.noise);
  }

  /**
   * Noise of single losses in the recent past, or now where there is less. The noise of most losses grows with them: what was learnt
   * at a good level must not count as nothing because the bad one is noisy.
   */
  get #usualNoise(): number {
    return this.noises.size === 0 ? this.loss.noise : Math.min(this.loss.noise, this.noises.median());
  }

  /** How bad it is that the level stands above that of the recent past; null where it does not. */
  #severity(level: number, base: number, resumed: boolean, options: TrainingDivergenceOptions): Severity | null {
    const noise = this.#usualNoise;
    const fallen = (this.first ?? level) - base;
    const learnt = resumed ? Math.max(Math.abs(base), fallen) : fallen;
    const rise = level - base;
    if (learnt <= options.noise * noise) {
      // What good weights had learnt is not known, but that so much is lost of it.
      const isLarge = this.beganSettled === true && base > 0 && rise > options.rise * base;
      // A rise is the difference of two levels.
      const deviation = Math.SQRT2 * this.wander.levelDeviation(this.loss.levelNoise);
      return isLarge && rise > steep * deviation ? 'warning' : null;
    }
    const byChance = steep * Math.max(noise, this.loss.levelNoise);
    const enough = Math.max(byChance, Math.min(mild * Math.abs(base), half * learnt));
    if (rise <= enough || !this.#isTrend(Math.min(learnt, rise))) return null;
    const lost = rise / learnt;
    const large = rise > Math.min(options.rise * Math.abs(base), learnt);
    if (lost > clearly) return large ? 'critical' : 'warning';
    return large && lost > least ? 'warning' : null;
  }

  /** Whether a way is farther than the loss wanders anyhow. */
  #isTrend(way: number): boolean {
    return way > steep * this.wander.deviation(this.loss.levelNoise);
  }

  /** Counts a level that stands far above. True when it has stood there long enough, and is not on its way back. */
  #lasts(level: number, base: number, step: number, sigmas: number): boolean {
    if (this.high === 0) {
      this.since = this.onset.before(step);
      this.top = -Infinity;
    }
    this.high += 1;
    if (level > this.top) [this.top, this.topAt] = [level, this.high];
    if (this.high !== this.#patience) return this.high > this.#patience;
    const down = this.top - level;
    const pace = down / (this.high - this.topAt);
    if (down <= sigmas * this.loss.levelNoise || pace * returning * this.#patience <= this.top - base) return true;
    // What has come down for all of the recent past is a level of its own.
    this.#remember(level);
    [this.high, this.top, this.topAt] = [1, level, 1];
    return false;
  }

  /**
   * A level far above the lowest one to which it came little by little. It is bad where half of what had been learnt is lost, the loss has
   * stood so for as long as one that rises at once would take, and is not on its way back; and worse above the first level.
   */
  #judgeDrift(level: number, step: number, rank: number, { rise, noise }: TrainingDivergenceOptions): Diverged | null {
    const { lowestNoise, drift } = this;
    const lowest = this.lowest.value;
    const fallen = (this.first ?? level) - lowest;
    const way = level - lowest;
    const byChance = noise * Math.max(lowestNoise, this.loss.levelNoise);
    const limit = Math.max(Math.min(rise * Math.abs(lowest), half * fallen), byChance);
    const far = fallen > noise * lowestNoise && way > Math.max(limit, least * fallen);
    if (!drift.holds) this.driftTop = -Infinity;
    this.driftTop = Math.max(this.driftTop, level);
    if (!drift.take(far && this.#isTrend(Math.min(fallen, way)), step, this.#patience)) return null;
    const stays =
      drift.times > recentWindows * this.loss.window && this.driftTop - level <= noise * this.loss.levelNoise;
    return {
      severity: !stays || way <= half * fallen ? 'info' : way > fallen ? 'critical' : 'warning',
      since: drift.since,
      score: riseOf(level, lowest),
      threshold: rise,
      baseline: lowest,
      window: this.loss.window,
      cause: `The training loss of rank ${rank} rose little by little to ${figure(level)} at step ${step}, above its best level of ${figure(lowest)}.`,
    };
  }
}

import { PeaksOverThreshold } from '../stats/index.ts';
import type { VectorModel } from './vector-model.ts';

/** Scores before there is a limit. */
const calibration = 240;
/** Probability with which the score of a usual vector exceeds the limit. */
const risk = 1e-4;
/** Errors before their usual size is known. */
const settle = 128;
/** Weight of a new error in the usual one, after the first. */
const forgetting = 1 / 1024;
/** Weight of a new vector in the score: what lasts for some vectors stands out more than what passes. */
const smoothing = 0.4;

/**
 * A model with what its errors usually are. Each signal's error counts relative to its own usual size, so that a small one in a signal that
 * is well predicted weighs more than a large one in a signal that nobody can predict.
 */
export class JudgedModel {
  private readonly model: VectorModel;
  private readonly limit: PeaksOverThreshold;
  /** Mean squared error of each signal for usual vectors. */
  private readonly usual: Float64Array;
  private measured = 0;
  private smoothed = 0;
  readonly #errors: Float64Array;
  readonly #relative: Float64Array;
  #ready = false;

  constructor(model: VectorModel, signals: number) {
    this.model = model;
    this.limit = new PeaksOverThreshold(risk, calibration, 0);
    this.usual = new Float64Array(signals);
    this.#errors = new Float64Array(signals);
    this.#relative = new Float64Array(signals);
  }

  /**
   * Looks at a vector; what it learns of it is for {@link learn} or {@link pass}.
   *
   * @param least usual error that is assumed at least, of each signal: one that stood still has none
   * @returns the score over its limit, null while there is none
   */
  look(vector: Float64Array, least: Float64Array): number | null {
    this.#ready = this.model.errors(vector, this.#errors);
    if (!this.#ready || this.measured < settle) return null;
    let sum = 0;
    for (let at = 0; at < vector.length; at += 1) {
      const relative = (this.#errors[at] ?? 0) / Math.max(this.usual[at] ?? 0, least[at] ?? 0);
      this.#relative[at] = relative;
      sum += relative;
    }
    // In logarithms even a power law has an exponential tail, which a few hundred scores tell.
    const score = Math.log1p(sum / vector.length);
    this.smoothed += smoothing * (score - this.smoothed);
    const { limit } = this.limit;
    return limit === null || limit <= 0 ? null : this.smoothed / limit;
  }

  /** Errors of the vector that was looked at last, relative to the usual ones. */
  get relativeErrors(): Float64Array {
    return this.#relative;
  }

  /** The vector that was looked at is usual. */
  learn(vector: Float64Array): void {
    if (this.#ready) {
      if (this.measured >= settle) this.limit.push(this.smoothed);
      this.measured += 1;
      const weight = Math.max(forgetting, 1 / this.measured);
      for (let at = 0; at < vector.length; at += 1) {
        const usual = this.usual[at] ?? 0;
        this.usual[at] = usual + weight * ((this.#errors[at] ?? 0) - usual);
      }
    }
    this.model.learn(vector);
  }

  /** The vector that was looked at is not to be learnt. */
  pass(vector: Float64Array): void {
    this.model.pass(vector);
  }
}

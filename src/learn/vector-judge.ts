import { PeaksOverThreshold } from '../stats/index.ts';
import { Autoencoder } from './autoencoder.ts';
import { NextValueNetwork } from './next-value-network.ts';
import { Standardizer } from './standardizer.ts';
import { StreamingPca } from './streaming-pca.ts';
import type { VectorModel } from './vector-model.ts';

export const modelNames = ['autoencoder', 'next_value', 'pca'] as const;
export type ModelName = (typeof modelNames)[number];

/** Vectors before anything is standardised. */
const settle = 32;
/** Scores of a model before it has a limit. */
const calibration = 240;
/** Probability with which a usual vector exceeds the limit of one model. */
const risk = 1e-4;
/** Models that must agree. */
const majority = 2;

/** What the models say of one vector. */
export interface Judgement {
  /** Mean squared error over the limit, of each model that has one. */
  readonly ratios: ReadonlyMap<ModelName, number>;
  /** Whether most models are beyond their limit. */
  readonly strange: boolean;
  /** Share of each signal in the errors, by place in the vector; they sum to 1. */
  readonly shares: Float64Array;
}

/**
 * Judges the vectors of one thing by three models, each of which learns what is usual and sets its own limit. A vector is strange when most
 * are beyond it; then none learns from it, except when it stays so: after `relearn` strange vectors in a row it is the usual by now, and
 * all begins anew.
 */
export class VectorJudge {
  private standardizer: Standardizer;
  private models: Readonly<Record<ModelName, VectorModel>>;
  private limits: Readonly<Record<ModelName, PeaksOverThreshold>>;
  private strangeInRow = 0;
  readonly #signals: number;
  readonly #seed: number;
  readonly #relearn: number;
  readonly #vector: Float64Array;
  readonly #errors: Float64Array;

  /**
   * @param signals length of the vectors
   * @param relearn strange vectors in a row that make a new usual
   */
  constructor(signals: number, seed: number, relearn: number) {
    this.#signals = signals;
    this.#seed = seed;
    this.#relearn = relearn;
    this.#vector = new Float64Array(signals);
    this.#errors = new Float64Array(signals);
    ({ standardizer: this.standardizer, models: this.models, limits: this.limits } = this.#untaught());
  }

  /** @returns null while nothing can be said */
  judge(raw: Float64Array): Judgement | null {
    if (this.standardizer.size < settle) {
      this.standardizer.learn(raw);
      return null;
    }
    this.standardizer.standardize(raw, this.#vector);
    const ratios = new Map<ModelName, number>();
    const scores = new Map<ModelName, number>();
    const shares = new Float64Array(this.#signals);
    for (const name of modelNames) {
      if (!this.models[name].errors(this.#vector, this.#errors)) continue;
      let sum = 0;
      for (const error of this.#errors) sum += error;
      scores.set(name, sum / this.#signals);
      const { limit } = this.limits[name];
      if (limit === null || limit <= 0) continue;
      ratios.set(name, sum / this.#signals / limit);
      for (let at = 0; at < this.#signals; at += 1) shares[at] = (shares[at] ?? 0) + (this.#errors[at] ?? 0) / limit;
    }
    const strange = [...ratios.values()].filter((ratio) => ratio > 1).length >= majority;
    this.#take(raw, strange, scores);
    if (ratios.size === 0) return null;
    const whole = shares.reduce((sum, share) => sum + share, 0);
    return { ratios, strange, shares: shares.map((share) => (whole > 0 ? share / whole : 0)) };
  }

  #take(raw: Float64Array, strange: boolean, scores: ReadonlyMap<ModelName, number>): void {
    if (strange) {
      this.strangeInRow += 1;
      for (const name of modelNames) this.models[name].pass(this.#vector);
      if (this.strangeInRow < this.#relearn) return;
      ({ standardizer: this.standardizer, models: this.models, limits: this.limits } = this.#untaught());
      this.strangeInRow = 0;
      return;
    }
    this.strangeInRow = 0;
    this.standardizer.learn(raw);
    for (const name of modelNames) {
      this.models[name].learn(this.#vector);
      const score = scores.get(name);
      if (score !== undefined) this.limits[name].push(score);
    }
  }

  #untaught() {
    const peaks = () => new PeaksOverThreshold(risk, calibration);
    return {
      standardizer: new Standardizer(this.#signals),
      models: {
        autoencoder: new Autoencoder(this.#signals, this.#seed),
        next_value: new NextValueNetwork(this.#signals, this.#seed),
        pca: new StreamingPca(this.#signals),
      },
      limits: { autoencoder: peaks(), next_value: peaks(), pca: peaks() },
    };
  }
}

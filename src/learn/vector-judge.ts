import { Autoencoder } from './autoencoder.ts';
import { JudgedModel } from './judged-model.ts';
import { NextValueNetwork } from './next-value-network.ts';
import { Standardizer } from './standardizer.ts';
import { StreamingPca } from './streaming-pca.ts';

export const modelNames = ['autoencoder', 'next_value', 'pca'] as const;
export type ModelName = (typeof modelNames)[number];

/** Vectors before anything is standardised. */
const settle = 32;
/** Models that must agree. */
const majority = 2;

/** What the models say of one vector. */
export interface Judgement {
  /** Score over its limit, of each model that has one. */
  readonly ratios: ReadonlyMap<ModelName, number>;
  /** Whether most models are beyond their limit. */
  readonly strange: boolean;
  /** Share of each signal in the errors, by place in the vector; they sum to 1. */
  readonly shares: Float64Array;
}

interface Learnt {
  readonly standardizer: Standardizer;
  readonly models: Readonly<Record<ModelName, JudgedModel>>;
}

/**
 * Judges the vectors of one thing by three models, each of which learns what is usual and sets its own limit. A vector is strange when most
 * are beyond it; then none learns from it, except when it stays so: after `relearn` strange vectors in a row it is the usual by now, and
 * all begins anew.
 */
export class VectorJudge {
  private learnt: Learnt;
  private strangeInRow = 0;
  readonly #signals: number;
  readonly #seed: number;
  readonly #relearn: number;
  readonly #vector: Float64Array;
  readonly #least: Float64Array;

  /**
   * @param signals length of the vectors
   * @param relearn strange vectors in a row that make a new usual
   */
  constructor(signals: number, seed: number, relearn: number) {
    this.#signals = signals;
    this.#seed = seed;
    this.#relearn = relearn;
    this.#vector = new Float64Array(signals);
    this.#least = new Float64Array(signals);
    this.learnt = this.#nothing();
  }

  /** @returns null while nothing can be said */
  judge(raw: Float64Array): Judgement | null {
    const { standardizer, models } = this.learnt;
    if (standardizer.size < settle) {
      standardizer.learn(raw);
      return null;
    }
    standardizer.standardize(raw, this.#vector);
    standardizer.leastErrors(this.#least);
    const ratios = new Map<ModelName, number>();
    const shares = new Float64Array(this.#signals);
    for (const name of modelNames) {
      const ratio = models[name].look(this.#vector, this.#least);
      if (ratio === null) continue;
      ratios.set(name, ratio);
      for (const [at, error] of models[name].relativeErrors.entries()) shares[at] = (shares[at] ?? 0) + error;
    }
    const strange = [...ratios.values()].filter((ratio) => ratio > 1).length >= majority;
    if (strange) this.#pass();
    else this.#learn(raw);
    if (ratios.size === 0) return null;
    const whole = shares.reduce((sum, share) => sum + share, 0);
    return { ratios, strange, shares: shares.map((share) => (whole > 0 ? share / whole : 0)) };
  }

  #learn(raw: Float64Array): void {
    this.strangeInRow = 0;
    this.learnt.standardizer.learn(raw);
    for (const name of modelNames) this.learnt.models[name].learn(this.#vector);
  }

  #pass(): void {
    this.strangeInRow += 1;
    for (const name of modelNames) this.learnt.models[name].pass(this.#vector);
    if (this.strangeInRow < this.#relearn) return;
    this.strangeInRow = 0;
    this.learnt = this.#nothing();
  }

  #nothing(): Learnt {
    const signals = this.#signals;
    return {
      standardizer: new Standardizer(signals),
      models: {
        autoencoder: new JudgedModel(new Autoencoder(signals, this.#seed), signals),
        next_value: new JudgedModel(new NextValueNetwork(signals, this.#seed), signals),
        pca: new JudgedModel(new StreamingPca(signals), signals),
      },
    };
  }
}

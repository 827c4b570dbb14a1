import { Network } from './network.ts';
import { Random } from './random.ts';
import { Rehearsal } from './rehearsal.ts';
import type { VectorModel } from './vector-model.ts';

/** Vectors from which it has learnt before it says anything. */
const warmup = 64;

/**
 * A small dense autoencoder: what does not go through a middle of a third of the signals, as usual vectors do, is reconstructed badly.
 * Hinton & Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", Science 313 (2006).
 */
export class Autoencoder implements VectorModel {
  private readonly network: Network;
  private readonly rehearsal: Rehearsal;
  private learnt = 0;

  constructor(signals: number, seed: number) {
    const random = new Random(seed);
    const wide = signals + 2;
    const middle = Math.max(1, Math.ceil(signals / 3));
    const dense = { kernel: 1, stride: 1, length: 1 };
    this.network = new Network(
      [
        { ...dense, inputs: signals, outputs: wide, activation: 'tanh' },
        { ...dense, inputs: wide, outputs: middle, activation: 'linear' },
        { ...dense, inputs: middle, outputs: wide, activation: 'tanh' },
        { ...dense, inputs: wide, outputs: signals, activation: 'linear' },
      ],
      random,
    );
    this.rehearsal = new Rehearsal(signals, random);
  }

  errors(vector: Float64Array, into: Float64Array): boolean {
    const output = this.network.forward(vector);
    for (let at = 0; at < vector.length; at += 1) into[at] = ((output[at] ?? 0) - (vector[at] ?? 0)) ** 2;
    return this.learnt >= warmup;
  }

  learn(vector: Float64Array): void {
    this.learnt += 1;
    this.network.learn(vector, vector);
    for (const former of this.rehearsal.draw()) this.network.learn(former, former);
    this.rehearsal.keep(vector);
  }

  pass(): void {
    // It looks at each vector by itself.
  }
}

import { Network } from './network.ts';
import { Random } from './random.ts';
import { Rehearsal } from './rehearsal.ts';
import type { VectorModel } from './vector-model.ts';

/** Vectors that it looks back at. */
const history = 16;
/** Vectors from which it has learnt before it says anything. */
const warmup = 96;
const filters = 8;

/**
 * A one-dimensional convolutional network that predicts the next vector from the last ones: DeepAnT, Munir et al., IEEE Access 7 (2019),
 * with two layers of convolution (kernel 3, the second with stride 2) and a dense one.
 */
export class NextValueNetwork implements VectorModel {
  private readonly network: Network;
  private readonly rehearsal: Rehearsal;
  /** The last vectors, the oldest first, and room for the next one: a sample to rehearse. */
  private readonly recent: Float64Array;
  private seen = 0;
  private learnt = 0;
  readonly #signals: number;

  constructor(signals: number, seed: number) {
    const random = new Random(seed);
    const first = history - 2;
    const second = Math.floor((first - 3) / 2) + 1;
    this.network = new Network(
      [
        { inputs: signals, outputs: filters, kernel: 3, stride: 1, length: history, activation: 'relu' },
        { inputs: filters, outputs: filters, kernel: 3, stride: 2, length: first, activation: 'relu' },
        { inputs: filters, outputs: signals, kernel: second, stride: 1, length: second, activation: 'linear' },
      ],
      random,
    );
    this.#signals = signals;
    this.rehearsal = new Rehearsal((history + 1) * signals, random);
    this.recent = new Float64Array((history + 1) * signals);
  }

  errors(vector: Float64Array, into: Float64Array): boolean {
    const output = this.network.forward(this.#past(this.recent));
    for (let at = 0; at < vector.length; at += 1) into[at] = ((output[at] ?? 0) - (vector[at] ?? 0)) ** 2;
    return this.learnt >= warmup && this.seen >= history;
  }

  learn(vector: Float64Array): void {
    if (this.seen >= history) {
      this.learnt += 1;
      this.recent.set(vector, history * this.#signals);
      this.#teach(this.recent);
      for (const former of this.rehearsal.draw()) this.#teach(former);
      this.rehearsal.keep(this.recent);
    }
    this.pass(vector);
  }

  /** What is not to be learnt is still what the next vector follows. */
  pass(vector: Float64Array): void {
    this.seen += 1;
    this.recent.copyWithin(0, this.#signals);
    this.recent.set(vector, (history - 1) * this.#signals);
  }

  #teach(sample: Float64Array): void {
    this.network.learn(this.#past(sample), sample.subarray(history * this.#signals));
  }

  #past(sample: Float64Array): Float64Array {
    return sample.subarray(0, history * this.#signals);
  }
}

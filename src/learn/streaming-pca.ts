import type { VectorModel } from './vector-model.ts';

/** Vectors from which it has learnt before it says anything. */
const warmup = 64;
/** Vectors between two looks for the principal components. */
const refresh = 16;
/** Share of the variance that the components are to explain. */
const explained = 0.9;
/** Of the covariance, per vector: a memory of some thousand vectors. */
const forgetting = 1 / 4096;
/** Added to the variance of each signal, which is about 1: no component is so narrow that next to nothing lies outside of it. */
const ridge = 0.05;
/** Passes over the matrix: it converges quadratically. */
const sweeps = 6;

/**
 * Principal component analysis over a covariance that forgets slowly. The error is what the leading components leave over, and how far out
 * the vector lies along them: the combined index of Yue & Qin, "Reconstruction-Based Fault Identification Using a Combined Index",
 * Industrial & Engineering Chemistry Research 40 (2001). The components come from Jacobi's rotations (Golub & Van Loan, Matrix Computations, section 8.5): for some ten signals cheap and always stable.
 */
export class StreamingPca implements VectorModel {
  private readonly covariance: Float64Array;
  private readonly mean: Float64Array;
  /** The leading components, one after the other; the rest is 0. */
  private readonly components: Float64Array;
  /** Variance along each of them. */
  private readonly variances: Float64Array;
  /** Mean variance along the others. */
  private leftOver = 0;
  private kept = 0;
  private learnt = 0;
  readonly #signals: number;
  /** Of the vector, what the components leave over. */
  readonly #rest: Float64Array;

  constructor(signals: number) {
    this.#signals = signals;
    this.covariance = new Float64Array(signals * signals);
    this.mean = new Float64Array(signals);
    this.#rest = new Float64Array(signals);
    this.components = new Float64Array(signals * signals);
    this.variances = new Float64Array(signals);
  }

  errors(vector: Float64Array, into: Float64Array): boolean {
    const signals = this.#signals;
    const rest = this.#rest;
    into.fill(0);
    for (let at = 0; at < signals; at += 1) rest[at] = (vector[at] ?? 0) - (this.mean[at] ?? 0);
    for (let component = 0; component < this.kept; component += 1) {
      const from = component * signals;
      let along = 0;
      for (let at = 0; at < signals; at += 1) {
        along += (this.components[from + at] ?? 0) * ((vector[at] ?? 0) - (this.mean[at] ?? 0));
      }
      const pull = along / Math.max(this.variances[component] ?? 0, 1e-9);
      for (let at = 0; at < signals; at += 1) {
        const loading = this.components[from + at] ?? 0;
        rest[at] = (rest[at] ?? 0) - along * loading;
        into[at] = (into[at] ?? 0) + pull * loading * ((vector[at] ?? 0) - (this.mean[at] ?? 0));
      }
    }
    const spread = Math.max(this.leftOver, 1e-9);
    // A signal on the near side of the others takes from the distance: none is less than not at fault.
    for (let at = 0; at < signals; at += 1) into[at] = Math.max(0, into[at] ?? 0) + (rest[at] ?? 0) ** 2 / spread;
    return this.learnt >= warmup;
  }

  learn(vector: Float64Array): void {
    const signals = this.#signals;
    this.learnt += 1;
    const weight = Math.max(forgetting, 1 / this.learnt);
    for (let at = 0; at < signals; at += 1) {
      this.mean[at] = (this.mean[at] ?? 0) + weight * ((vector[at] ?? 0) - (this.mean[at] ?? 0));
    }
    for (let row = 0; row < signals; row += 1) {
      const one = (vector[row] ?? 0) - (this.mean[row] ?? 0);
      for (let column = 0; column < signals; column += 1) {
        const at = row * signals + column;
        const product = one * ((vector[column] ?? 0) - (this.mean[column] ?? 0));
        this.covariance[at] = (this.covariance[at] ?? 0) + weight * (product - (this.covariance[at] ?? 0));
      }
    }
    if (this.learnt % refresh === 0) this.#findComponents();
  }

  pass(): void {
    // It looks at each vector by itself.
  }

  #findComponents(): void {
    const signals = this.#signals;
    const matrix = this.covariance.slice();
    for (let at = 0; at < signals; at += 1) matrix[at * (signals + 1)] = (matrix[at * (signals + 1)] ?? 0) + ridge;
    const vectors = jacobi(matrix, signals);
    const variances = Array.from({ length: signals }, (_, at) => ({ at, variance: matrix[at * signals + at] ?? 0 }));
    variances.sort((one, other) => other.variance - one.variance);
    const whole = variances.reduce((sum, { variance }) => sum + variance, 0);
    this.components.fill(0);
    this.kept = 0;
    let sum = 0;
    for (const { at, variance } of variances) {
      // One is always left over: without a rest nothing could be wrong.
      if (sum >= explained * whole || this.kept === signals - 1) break;
      for (let row = 0; row < signals; row += 1) {
        this.components[this.kept * signals + row] = vectors[row * signals + at] ?? 0;
      }
      this.variances[this.kept] = variance;
      this.kept += 1;
      sum += variance;
    }
    this.leftOver = (whole - sum) / (signals - this.kept);
  }
}

/** Makes a symmetric matrix diagonal in place. @returns the eigenvectors, as columns */
function jacobi(matrix: Float64Array, size: number): Float64Array {
  const vectors = new Float64Array(size * size);
  for (let at = 0; at < size; at += 1) vectors[at * size + at] = 1;
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    for (let p = 0; p < size - 1; p += 1) {
      for (let q = p + 1; q < size; q += 1) rotate(matrix, vectors, size, p, q);
    }
  }
  return vectors;
}

function rotate(matrix: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const off = matrix[p * size + q] ?? 0;
  if (Math.abs(off) < 1e-12) return;
  const theta = ((matrix[q * size + q] ?? 0) - (matrix[p * size + p] ?? 0)) / (2 * off);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  const turn = (array: Float64Array, one: number, other: number): void => {
    const [a, b] = [array[one] ?? 0, array[other] ?? 0];
    array[one] = cosine * a - sine * b;
    array[other] = sine * a + cosine * b;
  };
  for (let at = 0; at < size; at += 1) turn(matrix, at * size + p, at * size + q);
  for (let at = 0; at < size; at += 1) turn(matrix, p * size + at, q * size + at);
  for (let at = 0; at < size; at += 1) turn(vectors, at * size + p, at * size + q);
}

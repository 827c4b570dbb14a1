import type { Random } from './random.ts';

/** What a layer does to the sums of its inputs. */
export type Activation = 'tanh' | 'relu' | 'linear';

export interface LayerShape {
  /** Values of one position of the input, and of the output. */
  readonly inputs: number;
  readonly outputs: number;
  /** Positions of the input that one position of the output looks at; 1 makes a dense layer. */
  readonly kernel: number;
  /** Positions of the input from one position of the output to the next. */
  readonly stride: number;
  /** Positions of the input. */
  readonly length: number;
  readonly activation: Activation;
}

/**
 * A one-dimensional convolution over positions (time), values of a position side by side; with a kernel as long as the input it is a
 * dense layer. It owns no weights: they are a part of the flat array of its network, so that one optimiser and one array serve all.
 */
export class Layer {
  readonly size: number;
  /** Positions and values of the output. */
  readonly positions: number;
  readonly output: Float64Array;
  /** Derivative of the loss by the input, filled by {@link Layer.backward}. */
  readonly inputSlope: Float64Array;
  readonly #shape: LayerShape;
  /** Inputs that one position of the output looks at, a run of the array. */
  readonly #span: number;
  readonly #step: number;

  constructor(shape: LayerShape) {
    this.#shape = shape;
    this.#span = shape.kernel * shape.inputs;
    this.#step = shape.stride * shape.inputs;
    this.positions = Math.floor((shape.length - shape.kernel) / shape.stride) + 1;
    this.output = new Float64Array(this.positions * shape.outputs);
    this.inputSlope = new Float64Array(shape.length * shape.inputs);
    this.size = shape.outputs * (this.#span + 1);
  }

  /** Uniform weights of the scale of Glorot & Bengio (2010), equation 16; biases 0. */
  start(weights: Float64Array, random: Random): void {
    const bound = Math.sqrt(6 / (this.#span + this.#shape.outputs));
    for (let at = 0; at < this.size; at += 1) {
      weights[at] = at % (this.#span + 1) === this.#span ? 0 : bound * (2 * random.uniform() - 1);
    }
  }

  forward(input: Float64Array, weights: Float64Array): Float64Array {
    const { outputs, activation } = this.#shape;
    let to = 0;
    for (let position = 0; position < this.positions; position += 1) {
      const from = position * this.#step;
      let weight = 0;
      for (let unit = 0; unit < outputs; unit += 1) {
        let sum = 0;
        for (let at = 0; at < this.#span; at += 1) sum += (weights[weight + at] ?? 0) * (input[from + at] ?? 0);
        sum += weights[weight + this.#span] ?? 0;
        weight += this.#span + 1;
        this.output[to] = activation === 'tanh' ? Math.tanh(sum) : activation === 'relu' && sum < 0 ? 0 : sum;
        to += 1;
      }
    }
    return this.output;
  }

  /**
   * Adds to the gradient of the weights, and fills {@link Layer.inputSlope}. To be called after {@link Layer.forward} of the same input.
   *
   * @param slope derivative of the loss by the output
   */
  backward(input: Float64Array, weights: Float64Array, slope: Float64Array, gradient: Float64Array): Float64Array {
    const { outputs, activation } = this.#shape;
    this.inputSlope.fill(0);
    let to = 0;
    for (let position = 0; position < this.positions; position += 1) {
      const from = position * this.#step;
      let weight = 0;
      for (let unit = 0; unit < outputs; unit += 1) {
        const value = this.output[to] ?? 0;
        const local = activation === 'tanh' ? 1 - value * value : activation === 'relu' && value <= 0 ? 0 : 1;
        const own = (slope[to] ?? 0) * local;
        to += 1;
        if (own !== 0) {
          for (let at = 0; at < this.#span; at += 1) {
            gradient[weight + at] = (gradient[weight + at] ?? 0) + own * (input[from + at] ?? 0);
            this.inputSlope[from + at] = (this.inputSlope[from + at] ?? 0) + own * (weights[weight + at] ?? 0);
          }
          gradient[weight + this.#span] = (gradient[weight + this.#span] ?? 0) + own;
        }
        weight += this.#span + 1;
      }
    }
    return this.inputSlope;
  }
}

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

/** The optimiser Adam over a flat array of weights: Kingma & Ba, https://arxiv.org/abs/1412.6980, algorithm 1. */
export class Adam {
  /** Running means of the gradient and of its square, then what is left of the two decays: all that it knows. */
  readonly memory: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #decays: Float64Array;

  constructor(size: number) {
    this.memory = new Float64Array(2 * size + 2);
    this.#first = this.memory.subarray(0, size);
    this.#second = this.memory.subarray(size, 2 * size);
    this.#decays = this.memory.subarray(2 * size).fill(1);
  }

  /** Moves the weights one step against the gradient, and sets the gradient to 0 for the next one. */
  step(weights: Float64Array, gradient: Float64Array, learningRate: number): void {
    const [first, second] = [this.#first, this.#second];
    const decay1 = (this.#decays[0] ?? 1) * beta1;
    const decay2 = (this.#decays[1] ?? 1) * beta2;
    this.#decays[0] = decay1;
    this.#decays[1] = decay2;
    const rate = (learningRate * Math.sqrt(1 - decay2)) / (1 - decay1);
    for (let at = 0; at < weights.length; at += 1) {
      const slope = gradient[at] ?? 0;
      const mean = beta1 * (first[at] ?? 0) + (1 - beta1) * slope;
      const square = beta2 * (second[at] ?? 0) + (1 - beta2) * slope * slope;
      first[at] = mean;
      second[at] = square;
      weights[at] = (weights[at] ?? 0) - (rate * mean) / (Math.sqrt(square) + epsilon);
      gradient[at] = 0;
    }
  }
}

import { Adam } from './adam.ts';
import { Layer, type LayerShape } from './layer.ts';
import type { Random } from './random.ts';

const learningRate = 3e-3;

/** Layers one after the other, trained towards a target by the mean squared error. */
export class Network {
  /** Of all layers, one after the other. */
  readonly #weights: Float64Array;
  readonly #adam: Adam;
  readonly #layers: readonly Layer[];
  readonly #parts: readonly Float64Array[];
  readonly #gradient: Float64Array;
  readonly #gradientParts: readonly Float64Array[];
  readonly #slope: Float64Array;

  constructor(shapes: readonly LayerShape[], random: Random) {
    this.#layers = shapes.map((shape) => new Layer(shape));
    const size = this.#layers.reduce((sum, layer) => sum + layer.size, 0);
    this.#weights = new Float64Array(size);
    this.#adam = new Adam(size);
    this.#gradient = new Float64Array(size);
    this.#parts = partsOf(this.#weights, this.#layers);
    this.#gradientParts = partsOf(this.#gradient, this.#layers);
    this.#slope = new Float64Array(this.#layers.at(-1)?.output.length ?? 0);
    for (const [at, layer] of this.#layers.entries()) layer.start(this.#part(at), random);
  }

  /** All that it has learnt: what {@link restore} takes. */
  toJSON(): Float64Array {
    return Float64Array.of(...this.#weights, ...this.#adam.memory);
  }

  /** False when these are not of a network of the same shape. */
  restore(saved: unknown): boolean {
    const size = this.#weights.length;
    if (!(saved instanceof Float64Array) || saved.length !== size + this.#adam.memory.length) return false;
    this.#weights.set(saved.subarray(0, size));
    this.#adam.memory.set(saved.subarray(size));
    return true;
  }

  forward(input: Float64Array): Float64Array {
    let values = input;
    for (const [at, layer] of this.#layers.entries()) values = layer.forward(values, this.#part(at));
    return values;
  }

  /** One step of learning. */
  learn(input: Float64Array, target: Float64Array): void {
    const output = this.forward(input);
    for (let at = 0; at < output.length; at += 1) {
      this.#slope[at] = (2 * ((output[at] ?? 0) - (target[at] ?? 0))) / output.length;
    }
    let slope = this.#slope;
    for (let at = this.#layers.length - 1; at >= 0; at -= 1) {
      const layer = this.#layers[at];
      const gradient = this.#gradientParts[at];
      if (layer === undefined || gradient === undefined) continue;
      slope = layer.backward(this.#layers[at - 1]?.output ?? input, this.#part(at), slope, gradient);
    }
    this.#adam.step(this.#weights, this.#gradient, learningRate);
  }

  #part(at: number): Float64Array {
    return this.#parts[at] ?? this.#weights;
  }
}

function partsOf(all: Float64Array, layers: readonly Layer[]): Float64Array[] {
  let from = 0;
  return layers.map(({ size }) => all.subarray(from, (from += size)));
}

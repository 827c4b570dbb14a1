import { describe, expect, it } from 'vitest';
import { Layer, type LayerShape } from './layer.ts';
import { Network } from './network.ts';
import { Random } from './random.ts';

const convolution = { inputs: 2, outputs: 3, kernel: 3, stride: 2, length: 7 };

describe('a layer', () => {
  it.each(['tanh', 'relu', 'linear'] as const)('has the gradient that small differences give (%s)', (activation) => {
    const layer = new Layer({ ...convolution, activation });
    const random = new Random(11);
    const weights = new Float64Array(layer.size);
    layer.start(weights, random);
    const input = Float64Array.from({ length: 14 }, () => random.normal());
    const slope = Float64Array.from({ length: 9 }, () => random.normal());
    const loss = () => layer.forward(input, weights).reduce((total, value, at) => total + value * slope[at]!, 0);
    loss();
    const gradient = new Float64Array(layer.size);
    const inputSlope = layer.backward(input, weights, slope, gradient).slice();
    const difference = (array: Float64Array, at: number) => {
      const step = 1e-6;
      const value = array[at]!;
      array[at] = value + step;
      const above = loss();
      array[at] = value - step;
      const below = loss();
      array[at] = value;
      return (above - below) / (2 * step);
    };
    for (let at = 0; at < layer.size; at += 1) expect(gradient[at]).toBeCloseTo(difference(weights, at), 5);
    for (let at = 0; at < input.length; at += 1) expect(inputSlope[at]).toBeCloseTo(difference(input, at), 5);
  });
});

describe('a network', () => {
  const dense = { kernel: 1, stride: 1, length: 1 };
  const shapes: readonly LayerShape[] = [
    { ...dense, inputs: 2, outputs: 8, activation: 'tanh' },
    { ...dense, inputs: 8, outputs: 1, activation: 'linear' },
  ];
  const corners = [
    [0, 0, 0],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 0],
  ] as const;
  const teach = (network: Network, rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      for (const [a, b, c] of corners) network.learn(Float64Array.of(a, b), Float64Array.of(c));
    }
  };

  it('learns what no linear model can', () => {
    const network = new Network(shapes, new Random(1));
    teach(network, 1500);
    for (const [a, b, c] of corners) expect(network.forward(Float64Array.of(a, b))[0]).toBeCloseTo(c, 1);
  });

  it('goes on after a restart as if nothing had been, and takes nothing of another shape', () => {
    const [one, other] = [new Network(shapes, new Random(1)), new Network(shapes, new Random(2))];
    teach(one, 50);
    expect(other.restore(one.toJSON())).toBe(true);
    teach(one, 50);
    teach(other, 50);
    expect(other.toJSON()).toEqual(one.toJSON());
    expect(other.restore(new Float64Array(5))).toBe(false);
  });
});

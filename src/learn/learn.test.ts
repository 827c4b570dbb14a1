import { describe, expect, it } from 'vitest';
import { Autoencoder, NextValueNetwork, Standardizer, StreamingPca, type VectorModel } from './index.ts';
import { Random } from './random.ts';

const signals = 6;

/** A vector of a machine at work: all signals follow one load, each in its own way, with a little noise. */
function usual(time: number, random: Random): Float64Array {
  const load = Math.sin(time / 20);
  return Float64Array.from({ length: signals }, (_, at) => load * (1 - 0.2 * at) + 0.05 * random.normal());
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

function trained(model: VectorModel, vectors = 1500): { model: VectorModel; random: Random; usualError: number } {
  const random = new Random(7);
  const errors = new Float64Array(signals);
  let usualError = 0;
  for (let time = 0; time < vectors; time += 1) {
    const vector = usual(time, random);
    if (model.errors(vector, errors) && time >= vectors - 100) usualError = Math.max(usualError, sum(errors));
    model.learn(vector);
  }
  return { model, random, usualError };
}

const models = [
  ['Autoencoder', (seed: number) => new Autoencoder(signals, seed)],
  ['NextValueNetwork', (seed: number) => new NextValueNetwork(signals, seed)],
  ['StreamingPca', () => new StreamingPca(signals)],
] as const;

describe.each(models)('%s', (_, make) => {
  it('says nothing before it has learnt', () => {
    expect(make(1).errors(new Float64Array(signals), new Float64Array(signals))).toBe(false);
  });

  it('is off by much more for a vector whose parts do not go together, and most at the part that left the others', () => {
    const { model, random, usualError } = trained(make(1));
    const errors = new Float64Array(signals);
    const strange = usual(1500, random);
    strange[2] = (strange[2] ?? 0) + 2;
    expect(model.errors(strange, errors)).toBe(true);
    expect(sum(errors)).toBeGreaterThan(5 * usualError);
    expect(errors.indexOf(Math.max(...errors))).toBe(2);
  });

  it('learns the same of the same data and seed', () => {
    const [one, other] = [make(3), make(3)].map((model) => trained(model, 300).model);
    const [first, second] = [new Float64Array(signals), new Float64Array(signals)];
    const vector = Float64Array.from({ length: signals }, (_, at) => at / 3);
    one!.errors(vector, first);
    other!.errors(vector, second);
    expect(first).toEqual(second);
  });
});

describe('Standardizer', () => {
  it('brings signals of any size about 0 with a spread about 1, and cuts what is wild', () => {
    const random = new Random(5);
    const standardizer = new Standardizer(2);
    for (let at = 0; at < 2000; at += 1) {
      standardizer.learn(Float64Array.of(1e9 + 5e7 * random.normal(), 40 + 4 * random.normal()));
    }
    const into = new Float64Array(2);
    standardizer.standardize(Float64Array.of(1.05e9, 44), into);
    expect(into[0]).toBeCloseTo(1, 0);
    expect(into[1]).toBeCloseTo(1, 0);
    standardizer.standardize(Float64Array.of(1e12, -1e12), into);
    expect([...into]).toEqual([10, -10]);
  });

  it('takes a signal that never moved for one that moves by a hundredth', () => {
    const standardizer = new Standardizer(1);
    for (let at = 0; at < 100; at += 1) standardizer.learn(Float64Array.of(200));
    const into = new Float64Array(1);
    standardizer.standardize(Float64Array.of(204), into);
    expect(into[0]).toBeCloseTo(2, 5);
  });
});

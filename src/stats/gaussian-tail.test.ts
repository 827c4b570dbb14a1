import { describe, expect, it } from 'vitest';
import { erfc, gaussianTail } from './gaussian-tail.ts';

describe('erfc', () => {
  // Values of scipy.special.erfc (Cephes), 17 digits.
  it.each([
    [-3, 1.9999779095030015],
    [-0.5, 1.5204998778130465],
    [1e-8, 0.9999999887162083],
    [0.1, 0.8875370839817152],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028516],
    [1.5, 0.03389485352468927],
    [1.99, 0.004888586800383002],
    [2, 0.004677734981047266],
    [2.01, 0.004475150644751764],
    [2.5, 0.00040695201744495886],
    [3, 2.2090496998585445e-5],
    [5, 1.5374597944280347e-12],
    [8, 1.1224297172982928e-29],
    [12, 1.3562611692059047e-64],
    [20, 5.395865611607901e-176],
    [26, 5.663192408856145e-296],
  ])('of %d is %d within 1e-12', (x, expected) => {
    expect(Math.abs(erfc(x) / expected - 1)).toBeLessThan(1e-12);
  });

  it('has its limits at the ends', () => {
    expect(erfc(Infinity)).toBe(0);
    expect(erfc(-Infinity)).toBe(2);
    expect(erfc(NaN)).toBeNaN();
    expect(erfc(0)).toBe(1);
  });
});

describe('gaussianTail', () => {
  it('is the upper tail of the normal distribution', () => {
    expect(gaussianTail(1.6448536269514722, 0, 1)).toBeCloseTo(0.05, 12);
    expect(gaussianTail(10, 10, 3)).toBe(0.5);
    expect(gaussianTail(5, 10, 5)).toBeCloseTo(0.8413447460685429, 12);
  });

  it('is a step where nothing varies', () => {
    expect(gaussianTail(10, 10, 0)).toBe(0);
    expect(gaussianTail(10, 11, 0)).toBe(1);
  });
});

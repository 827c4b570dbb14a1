import { expect, test } from 'vitest';
import { f1, meanOf, medianOf, rate, share } from './intervals.ts';

test('a share has the interval of Wilson', () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
  expect(share(81, 263).text).toBe('n 263, 95 % 0.255-0.366');
  expect(share(15, 148).text).toBe('n 148, 95 % 0.062-0.160');
  expect(share(0, 0)).toEqual({ value: NaN, text: '-' });
});

test('F1 has that of what was found among all that was found, missed or told falsely', () => {
  const { value, text } = f1(8, 10, 8, 9);
  expect(value).toBeCloseTo(16 / 19, 12);
  const endsOf = (told: string) => /95 % (.*)-(.*)/.exec(told)?.slice(1).map(Number) ?? [];
  const expected = endsOf(share(8, 11).text).map((jaccard) => (2 * jaccard) / (1 + jaccard));
  expect(endsOf(text).map((end, at) => Math.abs(end - (expected[at] ?? NaN)) < 0.002)).toEqual([true, true]);
  expect(f1(0, 10, 0, 5)).toMatchObject({ value: 0, text: expect.stringMatching(/^n 15, 95 % 0.000-0.3/) as string });
  expect(f1(0, 0, 0, 0).text).toBe('-');
});

test('a rate has about the exact interval of a Poisson count', () => {
  // Garwood, Biometrika 28 (1936): 4.80 to 18.39 for 10 events, 0 to 3.69 for none.
  expect(rate(10, 1000, 1000)).toEqual({ value: 10, text: expect.stringMatching(/ 4\.7[89]\d-18\.39\d$/) as string });
  expect(rate(0, 1000, 1000).text).toMatch(/^n 1000, 95 % 0\.000-3\.[67]/);
  expect(rate(0, 0, 1000).text).toBe('-');
});

test('a median has two of the values as its ends, and tells the longest', () => {
  expect(medianOf(Array.from({ length: 100 }, (_, at) => 100 - at))).toEqual({
    value: 51,
    text: 'n 100, 95 % 40-61; longest 100',
  });
  expect(medianOf([3, 1, 2])).toEqual({ value: 2, text: 'n 3, 95 % 1-3; longest 3' });
  expect(medianOf([]).value).toBeNaN();
});

test('a mean has the interval of a normal one, where there is more than one value', () => {
  expect(meanOf([1, 2, 3, 4, 5])).toEqual({ value: 3, text: 'n 5, 95 % 1.614-4.386' });
  expect(meanOf([2])).toEqual({ value: 2, text: 'n 1' });
});

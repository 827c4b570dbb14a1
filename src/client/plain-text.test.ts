import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';

test('whatever is thrown has a text', () => {
  expect(plainText(new TypeError('no number'))).toBe('TypeError: no number');
  expect(plainText('half of \ud83d')).toBe('half of ?');
  expect(plainText(Object.create(null))).toBe('something of type object');
});

import { expect, test } from 'vitest';
import { readingFields } from './fields.ts';
import { Meanings } from './meaning.ts';

const power = readingFields.filter(({ id }) => id === 'power');

test('what a text says is kept, up to a number of texts', () => {
  const meanings = new Meanings(power, 'W', null);
  const first = meanings.of('300');
  expect(first).toEqual({ readings: [{ id: 'power', value: 300 }], fault: null, text: null });
  expect(meanings.of('300')).toBe(first);
  for (let watts = 301; watts < 400; watts += 1) expect(meanings.of(String(watts)).readings[0]?.value).toBe(watts);
  expect(meanings.of('300')).toEqual(first);
  expect(meanings.of('300')).not.toBe(first);
});

test('a text is a value, a fault, or itself', () => {
  const meanings = new Meanings(power, 'W', null);
  expect(meanings.of('[GPU is lost]')).toEqual({ readings: [], fault: 'lost', text: null });
  expect(meanings.of('[N/A]')).toEqual({ readings: [], fault: null, text: null });
  expect(meanings.of('NVIDIA H100')).toEqual({ readings: [], fault: null, text: 'NVIDIA H100' });
  expect(meanings.of('NVIDIA\u0000H100\u001B[1m').text).toBe('NVIDIA\uFFFDH100\uFFFD[1m');
});

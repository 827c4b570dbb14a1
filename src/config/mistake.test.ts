import { expect, test } from 'vitest';
import { explain } from './mistake.ts';

const told = (value: unknown): string => explain({ where: 'g.yaml: a', value, expected: 'less' });

test.each([
  ['text', '2s', '2s'],
  ['text that one would not see', ' ', '" "'],
  ['text that would steer a terminal', '\u001b[31mred', '"\\u001b[31mred"'],
  ['a long text', 'x'.repeat(100), `${'x'.repeat(80)}…`],
  ['a list', ['a', 1], '["a",1]'],
  ['no value', null, 'null'],
])('%s is told so that it is seen', (_, value, shown) => {
  expect(told(value)).toBe(`g.yaml: a: found ${shown}, expected less`);
});

test('a key steers no terminal either', () => {
  expect(explain({ where: 'g.yaml: \u001b[32m', value: 1, expected: 'less' })).toBe(
    'g.yaml:  [32m: found 1, expected less',
  );
});

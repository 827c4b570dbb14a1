import { expect, test } from 'vitest';
import { findAddress, findToken, isDisabled } from './settings.ts';

const here = () => true;
const notHere = () => false;

test("the exporter is where the script says, else the environment, else the node's socket, else this host", () => {
  expect(findAddress('a:1', { GRADWATCH_ADDRESS: 'b:2' }, here)).toBe('a:1');
  expect(findAddress(undefined, { GRADWATCH_ADDRESS: 'b:2' }, here)).toBe('b:2');
  expect(findAddress(undefined, { GRADWATCH_ADDRESS: '' }, here)).toBe('unix:/run/gradwatch/gradwatch.sock');
  expect(findAddress(undefined, {}, notHere)).toBe('127.0.0.1:10421');
});

test('a path is a Unix socket', () => {
  expect(findAddress('/tmp/x.sock', {}, notHere)).toBe('unix:/tmp/x.sock');
});

test('an empty token is none', () => {
  expect(findToken(undefined, { GRADWATCH_TOKEN: '' })).toBeUndefined();
  expect(findToken(undefined, { GRADWATCH_TOKEN: 'b' })).toBe('b');
  expect(findToken('a', { GRADWATCH_TOKEN: 'b' })).toBe('a');
});

test.each([
  [undefined, false],
  ['', false],
  ['0', false],
  ['False', false],
  ['1', true],
  ['true', true],
])('GRADWATCH_DISABLED=%s', (value, disabled) => {
  expect(isDisabled({ ...(value !== undefined && { GRADWATCH_DISABLED: value }) })).toBe(disabled);
});

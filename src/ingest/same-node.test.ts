import { expect, it } from 'vitest';
import { sameNode } from './same-node.ts';

it.each([
  ['node-a', 'node-a', true],
  ['Node-A', 'node-a.example.org', true],
  ['node-a.example.org', 'node-a', true],
  ['node-a', 'node-ab.example.org', false],
  ['node-a.example.org', 'node-a.example.com', false],
  ['node-a.example', 'node-a.example.com', false],
])('%s and %s', (one, other, same) => {
  expect(sameNode(one, other)).toBe(same);
});

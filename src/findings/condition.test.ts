import { expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { conditionOf } from './condition.ts';

it.each([
  [[], 'healthy'],
  [['info'], 'healthy'],
  [['warning', 'info'], 'degraded'],
  [['warning', 'critical', 'info'], 'failing'],
] as const)('the condition with %j is %s', (severities, condition) => {
  expect(conditionOf(severities.map((severity) => ({ severity }) as Finding))).toBe(condition);
});

import { expect, test } from 'vitest';
import { readFinding } from './finding.ts';

test('a finding reads as the proto file writes it, and what is absent stays absent', () => {
  expect(
    readFinding({
      id: 'f1',
      change: 'CHANGE_RESOLVED',
      kind: 'gradient_explosion',
      severity: 'SEVERITY_CRITICAL',
      rank: 0,
      first_step: 0,
      detected_step: 12,
      score: Infinity,
      threshold: 5,
      cause: 'c',
      advice: 'a',
      resolution: 'recovered',
      consequence_of: 'f0',
    }),
  ).toStrictEqual({
    id: 'f1',
    change: 'resolved',
    kind: 'gradient_explosion',
    severity: 'critical',
    rank: 0,
    firstStep: 0,
    detectedStep: 12,
    score: Infinity,
    threshold: 5,
    cause: 'c',
    advice: 'a',
    resolution: 'recovered',
    consequenceOf: 'f0',
  });
  expect(readFinding({ id: 'f2', kind: 'x' })).toStrictEqual({
    id: 'f2',
    change: 'unspecified',
    kind: 'x',
    severity: 'unspecified',
  });
});

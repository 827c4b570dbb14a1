import { describe, expect, it } from 'vitest';
import { changedKeys } from './changes.ts';

describe('changedKeys', () => {
  it('names options whose values differ, also where one is not set', () => {
    const before = { gpu: { interval: 1, path: 'a' }, detect: { spike: { enabled: true } }, log: { level: 'warn' } };
    expect(changedKeys(before, structuredClone(before))).toEqual([]);
    const after = {
      gpu: { interval: 2 },
      detect: { spike: { enabled: false } },
      log: { level: 'warn', findings: 'f' },
    };
    expect(changedKeys(before, after)).toEqual(['gpu.interval', 'gpu.path', 'detect.spike.enabled', 'log.findings']);
  });
});

import { describe, expect, it } from 'vitest';
import { metrics } from '../catalogue.ts';
import { recordings } from './recording-rules.ts';

describe('recording rules', () => {
  it('have names of their own', () => {
    const names = recordings.map(({ record }) => record);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(recordings)('$record names its level and a metric of the catalogue', ({ record, expression }) => {
    const [level = '', metric = ''] = record.split(':');
    const labels: readonly string[] = expression.labels;
    if (level === 'gpu') expect(labels).toContain('uuid');
    else for (const label of level.split('_')) expect(labels).toContain(label);
    const names: string[] = metrics.map(({ name }) => name);
    expect([metric, `${metric}_total`].some((name) => names.includes(name))).toBe(true);
  });

  it('read only what is recorded above them', () => {
    const known = new Set<string>();
    for (const { record, expression } of recordings) {
      for (const [name] of expression.text.matchAll(/\b\w+:\w+:\w+\b/g)) expect(known).toContain(name);
      known.add(record);
    }
  });

  it('keep the cluster', () => {
    for (const { expression } of recordings) {
      expect(expression.labels).toContain('cluster');
      for (const [, by = ''] of expression.text.matchAll(/\b(?:by|on) \(([^)]*)\)/g)) {
        expect(by.split(', ')[0]).toBe('cluster');
      }
    }
  });
});

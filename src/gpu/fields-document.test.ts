import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metrics } from '../catalogue.ts';
import { queryFields } from '../simulate/index.ts';
import { documentPaths, textPaths } from './document-paths.ts';
import { identityFields, readingFields, textFields } from './fields.ts';
import { factMetrics, readingMetrics } from './metrics.ts';

const path = new URL('../../docs/gpu-fields.md', import.meta.url);

interface Line {
  /** Fields of the other exporter, or names of the field. */
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
  readonly cell: string;
}

const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/** The lines of all tables of the page. */
const lines: readonly Line[] = readFileSync(path, 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, theirs, cell = ''] = /^\| (`.*?`) +\| (.*?) +\|$/.exec(line) ?? [];
    if (theirs === undefined) return [];
    return [{ theirs: quoted(theirs), ours: quoted(cell).filter((name) => name.startsWith('gradwatch_')), cell }];
  });

const byName = new Map(lines.flatMap((line) => line.theirs.map((name) => [name, line] as const)));

test('every field of others has a counterpart that exists, or a reason why not', () => {
  const names = new Set<string>(metrics.map(({ name }) => name));
  expect(lines.length).toBeGreaterThan(200);
  for (const { theirs, ours, cell } of lines) {
    for (const name of ours) expect(names, `counterpart of ${theirs.join()}`).toContain(name);
    if (ours.length === 0) expect(cell, theirs.join()).toMatch(/^none: ./);
  }
});

test('every field of the driver is listed', () => {
  expect(queryFields('590.48.01').filter(({ names }) => !names.every((name) => byName.has(name)))).toEqual([]);
});

test('every field that is asked for is listed with the series that it fills', () => {
  const filled = [
    ...readingFields.map(({ candidates, family }) => [candidates, readingMetrics[family].name] as const),
    ...textFields.map(({ candidates, key }) => {
      const holder = Object.values(factMetrics).find(({ labels }) => (labels as readonly string[]).includes(key));
      return [candidates, holder?.name ?? `no info metric has the label ${key}`] as const;
    }),
  ];
  for (const [candidates, name] of filled) {
    if (candidates.length === 0) continue;
    const listed = candidates.filter((candidate) => byName.get(candidate)?.ours.includes(name));
    expect(listed.length, `${candidates[0]} fills ${name}`).toBeGreaterThan(0);
  }
  for (const [first] of Object.values(identityFields)) expect(byName.get(first)?.ours).toHaveLength(1);
});

test('every path that is looked up is that of a field, and every field that --query-gpu lacks has one that is listed', () => {
  const ids = new Set(readingFields.map(({ id }) => id));
  expect([...documentPaths.keys()].filter((id) => !ids.has(id))).toEqual([]);
  for (const { id, candidates, family } of readingFields) {
    if (candidates.length > 0) continue;
    const paths = documentPaths.get(id) ?? [];
    expect(paths, id).not.toEqual([]);
    for (const path of paths) expect(byName.get(path)?.ours, path).toContain(readingMetrics[family].name);
  }
});

test('every text has a name in one of the two', () => {
  expect(textFields.filter(({ key, candidates }) => candidates.length === 0 && !textPaths.has(key))).toEqual([]);
});

import { expect, it } from 'vitest';
import { metrics } from '../catalogue.ts';
import { metricsReference } from './metrics-reference.ts';

const { content } = metricsReference();

it('has one row for every metric of the catalogue', () => {
  const rows = [...content.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
  expect(rows.toSorted()).toEqual(metrics.map(({ name }): string => name).toSorted());
});

it('gives type, unit, labels, help and states', () => {
  const row = (name: string) => content.split('\n').find((line) => line.startsWith(`| \`${name}\``));
  expect(row('gradwatch_gpu_power_watts')).toMatch(
    /^\| `gradwatch_gpu_power_watts` \| gauge \| watts \| uuid, gpu \| \S.* \|$/,
  );
  expect(row('gradwatch_gpu_state')).toContain('| states |  | uuid, gpu, state |');
  expect(row('gradwatch_gpu_state')).toContain('states: ok, lost,');
});

it('has as many columns in every row as in its header', () => {
  const tableLines = content.split('\n').filter((line) => line.startsWith('|'));
  for (const line of tableLines) expect(line.split(/(?<!\\)\|/)).toHaveLength(7);
});

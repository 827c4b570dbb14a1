import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { metrics } from '../../src/catalogue.ts';
import type { Metric } from '../../src/series/index.ts';
import { describeWithTools } from '../tools/tools.ts';
import { shippedExpressions } from './expressions.ts';
import { recordingRules } from './project.ts';

const expressions = shippedExpressions();
const catalogue = new Map<string, Metric>(metrics.map((metric) => [metric.name, metric]));
const scrapeLabels = ['cluster', 'node', 'instance', 'job'];
/** Series that Prometheus itself makes. */
const foreign = /^(up|ALERTS|prometheus_\w+)$/;

/** Selectors of an expression: a metric's name and the text in braces after it. */
function selectors(text: string): { name: string; matchers: { label: string; value: string }[] }[] {
  return [...text.matchAll(/\b(gradwatch_\w+|[a-z_]+:\w+:\w+|up|ALERTS|prometheus_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', braces = '']) => ({
      name,
      matchers: [...braces.matchAll(/(\w+)(?:=~|!~|!=|=)"([^"]*)"/g)].map(([, label = '', value = '']) => ({
        label,
        value,
      })),
    }),
  );
}

describe('metrics in rules, dashboard and runbooks', () => {
  it('finds what it is to check', () => {
    expect(selectors('max by (run) (gradwatch_train_loss{run="a", rank=~"1|2"} > run:gradwatch_x:max)')).toEqual([
      {
        name: 'gradwatch_train_loss',
        matchers: [
          { label: 'run', value: 'a' },
          { label: 'rank', value: '1|2' },
        ],
      },
      { name: 'run:gradwatch_x:max', matchers: [] },
    ]);
    for (const place of ['rule ', 'annotation ', 'dashboard, ', 'runbook ']) {
      expect(expressions.filter(({ where }) => where.startsWith(place)).length).toBeGreaterThan(3);
    }
  });

  it.each(expressions)(
    '$where: every metric is of the catalogue or recorded, with its labels and states',
    ({ text }) => {
      const found = selectors(text);
      if (text !== 'vector(1)') expect(found.length).toBeGreaterThan(0);
      for (const { name, matchers } of found) {
        if (foreign.test(name)) continue;
        const metric = catalogue.get(name);
        if (metric === undefined) {
          expect(recordingRules.map(({ record }) => record)).toContain(name);
          continue;
        }
        for (const { label, value } of matchers) {
          expect([...metric.labels, ...scrapeLabels], name).toContain(label);
          if (label === 'state') expect(metric.states, name).toContain(value);
        }
      }
    },
  );

  it('every recorded series is used by the dashboard, an alert, a runbook or another rule', () => {
    for (const { record } of recordingRules) {
      expect(
        expressions.some(({ where, text }) => where !== `rule ${record}` && text.includes(record)),
        record,
      ).toBe(true);
    }
  });
});

describeWithTools(['promtool'], 'expressions', ({ promtool }) => {
  const format = (text: string) =>
    execFileSync(promtool, ['promql', 'format', '--experimental', text], { encoding: 'utf8', stdio: 'pipe' });

  it('the parser refuses what is no PromQL', () => {
    expect(() => format('max by (cluster (x)')).toThrow('parse error');
  });

  it.each(expressions)("$where is read by Prometheus' own parser", ({ text }) => {
    expect(format(text)).not.toBe('');
  });
});

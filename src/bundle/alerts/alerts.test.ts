import { describe, expect, it } from 'vitest';
import { detectors } from '../../catalogue.ts';
import { type BundleConfig, defaults } from '../config.ts';
import { aggregate, series } from '../promql/index.ts';
import { alert } from './alert.ts';
import { alertsOf } from './index.ts';
import { lookup, ofAlert } from './lookup.ts';

const alerts = alertsOf(defaults);
const all = Object.values(alerts);

/** "5m" in seconds. */
function seconds(duration: string): number {
  const unit = { s: 1, m: 60, h: 3600 }[duration.slice(-1)];
  return Number(duration.slice(0, -1)) * (unit ?? NaN);
}

describe('alerts', () => {
  it.each(all.filter((one) => one !== alerts.watchdog))('$name keeps the cluster', ({ expression }) => {
    expect(expression.labels).toContain('cluster');
    for (const [, by = ''] of expression.text.matchAll(/\b(?:by|on) \(([^)]*)\)/g)) {
      expect(by.split(', ')[0]).toBe('cluster');
    }
  });

  it.each(all)('$name has a headline without labels and figures, and a text of its own', ({ summary, description }) => {
    expect(summary).not.toMatch(/\{\{|\d/);
    expect(summary).toMatch(/\.$/);
    expect(description).not.toBe(summary);
  });

  it('of a node outlive the time until the exporter counts as down, which then inhibits them', () => {
    for (const { keepFiringFor } of [
      alerts.gpuLost,
      alerts.gpuXid,
      alerts.gpuSxid,
      alerts.gpuMemoryFailing,
      alerts.oomKill,
      alerts.workerLost,
      alerts.rankDegraded,
    ]) {
      expect(seconds(keepFiringFor ?? '0s')).toBeGreaterThan(seconds(alerts.exporterDown.for ?? 'never'));
    }
  });

  it('of a run do not carry what changes while it lasts', () => {
    expect(alerts.gradientExplosion.expression.labels).toEqual(['cluster', 'run', 'kind']);
    expect(alerts.nonFinite.expression.labels).toEqual(['cluster', 'run', 'kind']);
    expect(alerts.workerLost.expression.labels).toEqual(['cluster', 'node', 'rank', 'run', 'kind']);
  });

  it('ask for every kind of finding that is to alert, and for no other', () => {
    const asked = all.flatMap(({ expression }) =>
      [...expression.text.matchAll(/kind=~?"([\w|]+)"/g)].flatMap((match) => match[1]!.split('|')),
    );
    const alerting = detectors.filter((detector) => detector.alert !== 'none').map(({ kind }) => kind);
    expect([...new Set(asked)].toSorted()).toEqual(alerting.toSorted());
  });

  it('take limits and times from the configuration', () => {
    const config: BundleConfig = { ...defaults, findingSeverity: 3, job: 'exporters' };
    expect(alertsOf(config).nonFinite.expression.text).toMatch(/>= 3$/);
    expect(alertsOf(config).exporterDown.expression.text).toContain('up{job="exporters"}');
  });

  it('do not compile with a label in a text that the expression does not keep', () => {
    const expression = aggregate('max', ['run'], series('gradwatch_train_loss'));
    const texts = { name: 'GradwatchTest', severity: 'warning', expression, summary: 'x' } as const;
    // @ts-expect-error the rank is aggregated away
    expect(alert({ ...texts, description: ({ rank }) => rank as string }).description).toBeUndefined();
    expect(alert({ ...texts, description: ({ run }) => run }).description).toBe('{{ $labels.run }}');
  });
});

describe('a look-up', () => {
  it('quotes the labels of the alert, in order, and escapes the format', () => {
    const vector = series('gradwatch_rank_info', { host: '100%', run: ofAlert('run'), uuid: ofAlert('uuid') });
    expect(lookup(vector, 'found', 'none')).toBe(
      '{{ with printf `gradwatch_rank_info{host="100%%", run=%q, uuid=%q}` $labels.run $labels.uuid | query }}' +
        '{{ with first . }}found{{ end }}{{ else }}none{{ end }}',
    );
    expect(lookup(series('gradwatch_rank_info'), 'found')).toBe(
      '{{ with printf `gradwatch_rank_info` | query }}{{ with first . }}found{{ end }}{{ end }}',
    );
  });
});

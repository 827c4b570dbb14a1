import { expect, it } from 'vitest';
import { alertsOf } from '../alerts/index.ts';
import { defaults } from '../config.ts';
import { inhibit, inhibitRules } from './inhibition.ts';

const alerts = alertsOf(defaults);

it('says that a cause silences its effect where both have the same label, which is not empty', () => {
  expect(inhibit(alerts.exporterDown, alerts.workerLost, 'node')).toEqual({
    source_matchers: ['alertname = GradwatchExporterDown', 'node != ""'],
    target_matchers: ['alertname = GradwatchWorkerLost'],
    equal: ['cluster', 'node'],
  });
});

it('does not compile where one of the two does not carry the label', () => {
  // @ts-expect-error an alert about a run has no node
  inhibit(alerts.gpuLost, alerts.nonFinite, 'node');
  // @ts-expect-error an alert about a node has no run
  inhibit(alerts.exporterDown, alerts.workerLost, 'run');
});

it('has no circle: no alert can silence what silences it', () => {
  const named = (matchers: readonly string[]) => matchers[0]?.replace('alertname = ', '') ?? '';
  const edges = inhibitRules(alerts).map((rule) => [named(rule.source_matchers), named(rule.target_matchers)] as const);
  const silencedBy = (name: string): string[] =>
    edges.filter(([cause]) => cause === name).flatMap(([, effect]) => [effect, ...silencedBy(effect)]);
  for (const [cause] of edges) expect(silencedBy(cause)).not.toContain(cause);
});

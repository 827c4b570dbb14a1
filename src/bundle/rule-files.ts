import { stringify } from 'yaml';
import { acknowledgedAlert, type Alert, alertsOf } from './alerts/index.ts';
import type { BundleConfig } from './config.ts';
import type { BundleFile } from './file.ts';
import { generatedHeader } from './file.ts';
import { dashboardLink, runbookLink } from './links.ts';
import { type Recording } from './recording.ts';
import { recordings } from './recording-rules.ts';

/** Rules for a Prometheus that reads files, and the same as one file for the chart's PrometheusRule. Needs Prometheus 2.42 or newer. */
export function ruleFiles(config: BundleConfig): BundleFile[] {
  const recordingGroup = { name: 'gradwatch-recording', rules: recordings.map(recordingRule) };
  const alerts: readonly Alert[] = Object.values(alertsOf(config));
  const alertGroup = {
    name: 'gradwatch-alerts',
    rules: [
      ...alerts.map((alert) => alertRule(alert, config)),
      ...alerts.flatMap((alert) => acknowledgedRule(alert, config)),
    ],
  };
  return [
    { path: 'prometheus/rules/gradwatch-recording.yaml', content: render([recordingGroup]) },
    { path: 'prometheus/rules/gradwatch-alerts.yaml', content: render([alertGroup]) },
    { path: 'helm/gradwatch/files/prometheus-rules.yaml', content: render([recordingGroup, alertGroup]) },
  ];
}

function recordingRule({ record, expression }: Recording) {
  return { record, expr: expression.text };
}

function alertRule(alert: Alert, config: BundleConfig) {
  return {
    alert: alert.name,
    expr: alert.expression.text,
    ...(alert.for !== undefined && { for: alert.for }),
    ...(alert.keepFiringFor !== undefined && { keep_firing_for: alert.keepFiringFor }),
    labels: { severity: alert.severity },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook_url: runbookLink(config, alert.name),
      dashboard_url: dashboardLink(config, alert.dashboard),
    },
  };
}

/**
 * Holds an alert back in Alertmanager as long as somebody has all of it in hand. It ends together with it, at the same evaluation and after
 * it: neither before, or people are reminded of what is over, nor later, or those who were told of it do not hear that it is.
 */
function acknowledgedRule({ name, acknowledged, keepFiringFor, dashboard }: Alert, config: BundleConfig) {
  if (acknowledged === undefined) return [];
  return [
    {
      alert: acknowledgedAlert.name,
      expr: acknowledged.text,
      ...(keepFiringFor !== undefined && { keep_firing_for: keepFiringFor }),
      labels: { severity: 'none', [acknowledgedAlert.label]: name },
      annotations: {
        summary: 'Somebody has the findings of an alert in hand, and it is held back.',
        description: `Holds back ${name}, for machines alone.`,
        runbook_url: runbookLink(config, acknowledgedAlert.name),
        dashboard_url: dashboardLink(config, dashboard),
      },
    },
  ];
}

function render(groups: readonly object[]): string {
  return generatedHeader + stringify({ groups }, { lineWidth: 0 });
}

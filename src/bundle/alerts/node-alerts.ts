import { rateWindow, type BundleConfig } from '../config.ts';
import { aggregate, constant, increase, scalar, series, up } from '../promql/index.ts';
import { alert } from './alert.ts';
import { lookup, ofAlert } from './lookup.ts';

/** The target is known to Prometheus and does not answer. */
export function exporterDown(config: BundleConfig) {
  return alert({
    name: 'GradwatchExporterDown',
    ...config.alerts.exporterDown,
    expression: scalar(aggregate('max', ['node', 'instance'], up({ job: config.job })), '==', 0),
    summary: 'A gradwatch exporter does not answer: its node and the ranks on it are not watched.',
    description: ({ node, instance }) =>
      `Prometheus could not scrape ${instance} on node ${node} for ${config.alerts.exporterDown.for ?? 'one scrape'}.`,
    dashboard: ({ cluster }) => ({ cluster }),
  });
}

/** The last readings of a collector failed. One that hangs is given up at its time budget, and has failed. */
export function collectorFailing(config: BundleConfig) {
  const reasons = scalar(
    series('gradwatch_exporter_collector_failures_total', {
      cluster: ofAlert('cluster'),
      instance: ofAlert('instance'),
      collector: ofAlert('collector'),
    }),
    '>',
    0,
  );
  return alert({
    name: 'GradwatchCollectorFailing',
    ...config.alerts.collectorFailing,
    expression: scalar(
      aggregate('max', ['node', 'instance', 'collector'], series('gradwatch_exporter_collector_success')),
      '==',
      0,
    ),
    summary: 'A collector of a gradwatch exporter brings no readings.',
    description: ({ collector, instance, node }) =>
      `Collector ${collector} of ${instance} on node ${node} fails.` +
      lookup(reasons, ' Failures are counted with reason {{ .Labels.reason }}.'),
    dashboard: ({ cluster }) => ({ cluster }),
  });
}

/** So many findings are open that others do not open, and nobody would be told of them. */
export function findingsRefused(config: BundleConfig) {
  const refused = increase(series('gradwatch_findings_refused_total'), rateWindow);
  return alert({
    name: 'GradwatchFindingsRefused',
    ...config.alerts.findingsRefused,
    expression: scalar(aggregate('sum', ['node', 'instance'], refused), '>', 0),
    summary: 'A gradwatch exporter has no place for what it finds.',
    description: ({ instance, node }) =>
      `${instance} on node ${node} refused findings: as many as findings.max_open are open, and alerts of others do not fire.`,
    dashboard: ({ cluster }) => ({ cluster }),
  });
}

/** Always fires: whoever stops hearing it knows that Prometheus, Alertmanager or the way between them is broken. */
export function watchdog(config: BundleConfig) {
  return alert({
    name: 'GradwatchWatchdog',
    ...config.alerts.watchdog,
    expression: constant(1),
    summary: 'Alerting works: this alert always fires.',
    description: () =>
      "Goes to a dead man's switch, which raises the alarm when it stops coming: then no other alert arrives either.",
  });
}

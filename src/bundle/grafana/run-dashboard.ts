import type { BundleConfig } from '../config.ts';
import type { BundleFile } from '../file.ts';
import { runDashboardUid } from '../links.ts';
import { alertSeries, filter, matching, union } from '../promql/index.ts';
import { recorded } from '../recording.ts';
import { rankInfo } from '../recording-rules.ts';
import { findingsRow } from './findings-row.ts';
import { gpuRow } from './gpu-row.ts';
import { place } from './layout.ts';
import { type Annotation, type Dashboard, datasource } from './model.ts';
import { nodeRow } from './node-row.ts';
import { stateRow } from './state-row.ts';
import { trainingRow } from './training-row.ts';
import { telemetryRow } from './telemetry-row.ts';
import { pickedCluster, pickedRun, variables } from './variables.ts';

/** One run from top to bottom: what is wrong, where, since when, why. */
export function runDashboard(config: BundleConfig): Dashboard {
  return {
    uid: runDashboardUid,
    title: 'gradwatch / Training run',
    description: 'One training run, its GPUs and its nodes on one time axis, with what the detectors found.',
    tags: ['gradwatch'],
    schemaVersion: 39,
    version: 1,
    editable: false,
    graphTooltip: 1,
    refresh: config.scrapeInterval,
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [firingAlerts()] },
    templating: { list: variables(config) },
    panels: place([
      stateRow(config),
      findingsRow(config),
      trainingRow(config),
      gpuRow(config),
      nodeRow(),
      telemetryRow(config),
    ]),
  };
}

/** The same file for Grafana's provisioning and for the chart. */
export function dashboardFiles(config: BundleConfig): BundleFile[] {
  const content = `${JSON.stringify(runDashboard(config), null, 2)}\n`;
  const name = `${runDashboardUid}.json`;
  return [
    { path: `grafana/${name}`, content },
    { path: `helm/gradwatch/files/dashboards/${name}`, content },
  ];
}

/** Alerts about the run, and about nodes on which it has ranks. */
function firingAlerts(): Annotation {
  const firing = { alertstate: 'firing', alertname: matching('Gradwatch.+') } as const;
  const ofNodes = filter(
    alertSeries({ ...firing, ...pickedCluster, run: '' }),
    'and',
    ['node'],
    recorded(rankInfo, pickedRun),
  );
  return {
    name: 'Alerts',
    datasource,
    enable: true,
    iconColor: 'red',
    expr: union(alertSeries({ ...firing, ...pickedRun }), ofNodes).text,
    titleFormat: '{{alertname}}',
    textFormat: '{{node}} {{collector}} {{rank}}',
    tagKeys: 'severity',
  };
}

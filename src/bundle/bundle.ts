import { alertmanagerConfig } from './alertmanager/alertmanager-config.ts';
import type { BundleConfig } from './config.ts';
import { detectorsReference } from './detectors-reference.ts';
import type { BundleFile } from './file.ts';
import { dashboardFiles } from './grafana/run-dashboard.ts';
import { metricsReference } from './metrics-reference.ts';
import { prometheusConfig } from './prometheus-config.ts';
import { ruleFiles } from './rule-files.ts';

/** Every generated file. */
export function bundleFiles(config: BundleConfig): BundleFile[] {
  return [
    prometheusConfig(config),
    ...ruleFiles(config),
    alertmanagerConfig(config),
    ...dashboardFiles(config),
    metricsReference(),
    detectorsReference(),
  ];
}

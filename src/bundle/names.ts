import { metrics, type CatalogueMetric } from '../catalogue.ts';
import type { Metric } from '../series/index.ts';

/** Every metric name of the exporter. */
export type MetricName = CatalogueMetric['name'];

/** The labels that the exporter writes on a metric. */
export type LabelOf<Name extends MetricName> = Extract<CatalogueMetric, { readonly name: Name }>['labels'][number];

/**
 * Labels that the scrape adds. `instance` is there in every Prometheus; `cluster` and `node` are set by relabelling, in
 * prometheus.yml and in the chart's ServiceMonitor.
 */
export const targetLabels = ['cluster', 'node', 'instance', 'job'] as const;
export type TargetLabel = (typeof targetLabels)[number];

const byName = new Map<string, Metric>(metrics.map((metric) => [metric.name, metric]));

/** The declaration of a metric. */
export function metricOf(name: MetricName): Metric {
  const metric = byName.get(name);
  if (metric === undefined) throw new Error(`${name} is not in the catalogue`);
  return metric;
}

import { type LabelOf, type MetricName, type TargetLabel, metricOf, targetLabels } from '../names.ts';
import type { Selector } from './vector.ts';

/** A label's value, or how it must compare. */
export type Matcher = string | { readonly operator: '!=' | '=~' | '!~'; readonly value: string };
export type Matchers<Label extends string> = { readonly [Name in Label]?: Matcher };

export const not = (value: string): Matcher => ({ operator: '!=', value });
/** Prometheus anchors a regular expression at both ends. */
export const matching = (value: string): Matcher => ({ operator: '=~', value });
export const notMatching = (value: string): Matcher => ({ operator: '!~', value });

/** Series of one metric of the exporter. A metric that is not in the catalogue, or a label that it does not have, does not compile. */
export function series<Name extends MetricName>(
  name: Name,
  matchers: Matchers<LabelOf<Name> | TargetLabel> = {},
): Selector<LabelOf<Name> | TargetLabel, Name> {
  const labels = metricOf(name).labels as readonly LabelOf<Name>[];
  return select(name, [...targetLabels, ...labels], matchers);
}

/** Prometheus' own record of whether a target answered. https://prometheus.io/docs/concepts/jobs_instances/ */
export function up(matchers: Matchers<TargetLabel>): Selector<TargetLabel, 'up'> {
  return select('up', targetLabels, matchers);
}

const alertLabels = ['alertname', 'alertstate', 'cluster', 'node', 'run', 'rank', 'uuid', 'kind'] as const;

/** Prometheus' own record of pending and firing alerts. */
export function alertSeries(
  matchers: Matchers<(typeof alertLabels)[number]>,
): Selector<(typeof alertLabels)[number], 'ALERTS'> {
  return select('ALERTS', alertLabels, matchers);
}

/** @internal A selector by a name that is known to exist. */
export function select<Label extends string, Name extends string>(
  metric: Name,
  labels: readonly Label[],
  matchers: Matchers<Label>,
): Selector<Label, Name> {
  const parts = Object.entries<Matcher | undefined>(matchers).map(([label, matcher = '']) =>
    typeof matcher === 'string'
      ? `${label}=${JSON.stringify(matcher)}`
      : `${label}${matcher.operator}${JSON.stringify(matcher.value)}`,
  );
  return { metric, labels, text: parts.length === 0 ? metric : `${metric}{${parts.join(', ')}}` };
}

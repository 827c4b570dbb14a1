import { type MetricName, metricOf } from '../names.ts';

const colours = new Map([
  ['healthy', 'green'],
  ['ok', 'green'],
  ['finished', 'blue'],
  ['initializing', 'light-blue'],
  ['incomplete', 'light-yellow'],
  ['degraded', 'yellow'],
  ['not_permitted', 'yellow'],
  ['preempted', 'purple'],
  ['stalled', 'orange'],
  ['requires_reset', 'orange'],
  ['failing', 'light-red'],
  ['unknown_error', 'light-red'],
  ['failed', 'red'],
  ['lost', 'dark-red'],
  ['unknown', 'semi-dark-orange'],
]);

/** Names and colours for the index that the recording rules make of a metric's states. */
export function stateMappings(metric: MetricName): object[] {
  return valueMappings(
    (metricOf(metric).states ?? []).map((state, index) => [index, state, colours.get(state) ?? 'text']),
  );
}

/** Names and colours for the value of gradwatch_finding_severity. */
export const severityMappings = valueMappings([
  [1, 'info', 'blue'],
  [2, 'warning', 'orange'],
  [3, 'critical', 'red'],
]);

/** For the series of marks that a finding has or has not. */
export const yesMappings = valueMappings([[1, 'yes', 'blue']]);

function valueMappings(values: readonly (readonly [value: number, text: string, color: string])[]): object[] {
  const options = values.map(([value, text, color], index) => [String(value), { text, color, index }]);
  return [{ type: 'value', options: Object.fromEntries(options) as object }];
}

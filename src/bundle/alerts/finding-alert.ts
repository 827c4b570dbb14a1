import type { BundleConfig } from '../config.ts';
import { type Vector, aggregate, filter, joined, lowest, matching, not, or, scalar, series } from '../promql/index.ts';
import { lookup, ofAlert } from './lookup.ts';

type FindingLabel = 'node' | 'run' | 'rank' | 'uuid' | 'kind';

/**
 * One element per incident. Nodes and ranks that see the same incident are one element, whose value is the worst severity.
 *
 * The severity of a finding is a value and not a label, and an alert has one severity of its own, for whatever the value: a finding
 * that worsens changes the text of a firing alert; it does not fire another. A consequence of another finding does not alert, nor does
 * what is silenced or acknowledged: the exporter takes the mark away when the silence ends or the finding worsens, and then the alert
 * fires anew.
 */
export function incident<Label extends FindingLabel>(
  kinds: string | readonly string[],
  by: readonly Label[],
  { findingSeverity }: BundleConfig,
): Vector<Label | 'cluster' | 'kind' | 'run'> {
  const kind = typeof kinds === 'string' ? kinds : matching(kinds.join('|'));
  const findings = series('gradwatch_finding_severity', { kind });
  const consequences = series('gradwatch_finding_info', { consequence_of: not('') });
  const causes = filter(findings, 'unless', ['instance', 'finding'], consequences);
  const quiet = (['gradwatch_finding_silenced', 'gradwatch_finding_acknowledged'] as const).map((name) => series(name));
  const told = quiet.reduce((rest, marked) => filter(rest, 'unless', ['instance', 'finding'], marked), causes);
  return scalar(aggregate('max', [...by, 'run', 'kind'], told), '>=', findingSeverity);
}

/** The sentence that says where, when and why an incident began; `by` are the labels of its alert beside run and kind. */
export function opening(by: readonly ('node' | 'rank' | 'uuid')[]): string {
  const same = Object.fromEntries(['cluster', ...by, 'run', 'kind'].map((label) => [label, ofAlert(label)]));
  const findings = series('gradwatch_finding_severity', same);
  const firstStep = filter(series('gradwatch_finding_first_step'), 'and', ['instance', 'finding'], findings);
  // A worker that is lost before its first step leaves a finding without one: it comes last.
  const firstStepOrNone = or(firstStep, scalar(findings, '*', Infinity), ['instance', 'finding']);
  const causes = series('gradwatch_finding_info', { consequence_of: '' });
  const earliest = lowest(joined(firstStepOrNone, ['instance', 'finding'], ['cause', 'first_rank'], causes));
  return lookup(
    earliest,
    '{{ if .Labels.first_rank }}First on rank {{ .Labels.first_rank }}' +
      '{{ if lt .Value 1e18 }} at step {{ printf "%.0f" .Value }}{{ end }}. {{ end }}Cause: {{ .Labels.cause }}',
    'The finding is no longer on /metrics.',
  );
}

/** How bad the incident is now. */
export const severityNow = '{{ if ge $value 3.0 }}critical{{ else }}warning{{ end }}';

import type { BundleConfig } from '../config.ts';
import {
  type Vector,
  aggregate,
  alertSeries,
  filter,
  joined,
  lowest,
  matching,
  not,
  or,
  scalar,
  series,
} from '../promql/index.ts';
import type { Alert } from './alert.ts';
import { lookup, ofAlert } from './lookup.ts';

type Findings = Vector<FindingLabel | 'cluster' | 'instance' | 'finding' | 'job'>;
export const sameFinding = ['instance', 'finding'] as const;

type FindingLabel = 'node' | 'run' | 'rank' | 'uuid' | 'kind';
const consequences = series('gradwatch_finding_info', { consequence_of: not('') });

/** What an alert of findings is made of. */
interface Incident<Label extends string> {
  readonly name: Alert['name'];
  readonly expression: Vector<Label>;
  /** Those of its elements of which somebody has every cause in hand. */
  readonly acknowledged: Vector<Label>;
}

/**
 * One element per incident. Nodes and ranks that see the same incident are one element, whose value is the worst severity.
 *
 * The severity of a finding is a value and not a label, and an alert has one severity of its own, for whatever the value: a finding
 * that worsens changes the text of a firing alert; it does not fire another. A consequence of another finding does not alert, nor does
 * what is silenced: the exporter takes the mark away when the silence ends or the finding worsens, and then the alert fires anew.
 *
 * Where the cause is seen only after people were told of what followed, the alert goes on until that is over: one that ended would be told as
 * resolved.
 *
 * What is acknowledged goes on, and so does its alert: one that ended would be told as resolved. It counts as `acknowledged` when nothing
 * but what somebody has in hand is left of the incident, and is then held back where it is sent.
 */
export function incident<Label extends FindingLabel>(
  name: Alert['name'],
  kinds: string | readonly string[],
  by: readonly Label[],
  { findingSeverity }: BundleConfig,
): Incident<Label | 'cluster' | 'kind' | 'run'> {
  return incidentOf(name, findingsOf(kinds), by, findingSeverity);
}

/** The severities of the findings of these kinds. */
export function findingsOf(kinds: string | readonly string[]) {
  const kind = typeof kinds === 'string' ? kinds : matching(kinds.join('|'));
  return series('gradwatch_finding_severity', { kind });
}

/** Those that no silence keeps from people. */
export function unsilenced(findings: Findings): Findings {
  return filter(findings, 'unless', sameFinding, series('gradwatch_finding_silenced'));
}

/** As {@link incident}, of what became critical after somebody had acknowledged it, of whatever kind. */
export function escalatedIncident<Label extends FindingLabel>(
  name: Alert['name'],
  by: readonly Label[],
): Incident<Label | 'cluster' | 'kind' | 'run'> {
  const findings = series('gradwatch_finding_severity');
  return incidentOf(name, filter(findings, 'and', sameFinding, series('gradwatch_finding_escalated')), by, 3);
}

/**
 * As {@link incident}, of findings that were chosen otherwise.
 * @param all what was chosen from: of what people were told they go on to hear
 */
export function incidentOf<Label extends FindingLabel>(
  name: Alert['name'],
  findings: Findings,
  by: readonly Label[],
  severity: number,
  all = findings,
): Incident<Label | 'cluster' | 'kind' | 'run'> {
  const causes = filter(findings, 'unless', sameFinding, consequences);
  const labels = [...by, 'run', 'kind'] as const;
  const firing = alertSeries({ alertname: name, alertstate: 'firing' });
  const told = unsilenced(or(causes, filter(all, 'and', labels, firing), labels));
  const worst = (those: Findings) => scalar(aggregate('max', labels, those), '>=', severity);
  const expression = worst(told);
  const acknowledged = series('gradwatch_finding_acknowledged');
  // Of what goes on as a consequence alone, one that somebody has in hand is enough: nothing new is told of the others.
  const inHand = filter(expression, 'and', labels, filter(told, 'and', sameFinding, acknowledged));
  const left = worst(unsilenced(filter(causes, 'unless', sameFinding, acknowledged)));
  return { name, expression, acknowledged: filter(inHand, 'unless', labels, left) };
}

/** Of what a node whose ranks wait for those of another node is told. */
export const transfers = 'slow_communication';

/** The sentence that says where, when and why an incident began; `by` are the labels of its alert beside run and kind. */
export function opening(by: readonly ('node' | 'rank' | 'uuid')[]): string {
  const same = Object.fromEntries(['cluster', ...by, 'run', 'kind'].map((label) => [label, ofAlert(label)]));
  const findings = series('gradwatch_finding_severity', same);
  const causes = filter(findings, 'unless', sameFinding, consequences);
  const isOfOneNode = by.includes('node');
  const ofCulprits = filter(causes, 'unless', ['instance', 'run'], findingsOf(transfers));
  const shown = or(isOfOneNode ? causes : or(ofCulprits, causes, []), findings, []);
  const firstStep = filter(series('gradwatch_finding_first_step'), 'and', sameFinding, shown);
  // A worker that is lost before its first step leaves a finding without one: it comes last.
  const firstStepOrNone = or(firstStep, scalar(shown, '*', Infinity), sameFinding);
  const earliest = lowest(
    joined(firstStepOrNone, sameFinding, ['cause', 'advice', 'first_rank'], series('gradwatch_finding_info')),
  );
  const where = lookup(
    earliest,
    '{{ if .Labels.first_rank }}First on rank {{ .Labels.first_rank }}' +
      '{{ if lt .Value 1e18 }} at step {{ printf "%.0f" .Value }}{{ end }}. {{ end }}' +
      `Cause${isOfOneNode ? '' : ', seen on node {{ .Labels.node }}'}: {{ .Labels.cause }}` +
      '{{ if .Labels.advice }} What to do: {{ .Labels.advice }}{{ end }}',
    'The finding is no longer on /metrics.',
  );
  if (isOfOneNode) return where;
  const nodes = aggregate('count', [], aggregate('count', ['instance'], scalar(unsilenced(findings), '>=', 2)));
  return lookup(scalar(nodes, '>', 1), '{{ printf "%.0f" .Value }} nodes tell of it. ') + where;
}

/** How bad the incident is now. */
export const severityNow = '{{ if ge $value 3.0 }}critical{{ else }}warning{{ end }}';

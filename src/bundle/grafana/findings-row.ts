import type { BundleConfig } from '../config.ts';
import { aggregate, filter, joined, lastOverTime, series } from '../promql/index.ts';
import { severityMappings, yesMappings } from './mappings.ts';
import type { Row } from './model.ts';
import { table } from './panel.ts';
import { runbook } from './runbook.ts';
import { tableRows } from './target.ts';
import { pickedCluster, pickedRun, timeRange } from './variables.ts';

const key = ['instance', 'finding'] as const;

/** What was found in the time range, also when it is over by now. */
export function findingsRow(config: BundleConfig): Row {
  const severity = aggregate(
    'max',
    [...key, 'kind', 'rank'],
    lastOverTime(series('gradwatch_finding_severity', pickedRun), timeRange),
  );
  // The cause of a finding can be amended: then there are two infos and two rows.
  const info = aggregate(
    'max',
    [...key, 'cause', 'first_rank', 'consequence_of'],
    lastOverTime(series('gradwatch_finding_info', pickedCluster), timeRange),
  );
  const ofFinding = (name: 'gradwatch_finding_first_step' | 'gradwatch_finding_score') =>
    filter(aggregate('max', key, lastOverTime(series(name, pickedCluster), timeRange)), 'and', key, severity);
  // As it is now: a silence that ended in the time range holds no longer.
  const mark = (name: 'gradwatch_finding_silenced' | 'gradwatch_finding_acknowledged') =>
    filter(aggregate('max', key, series(name, pickedCluster)), 'and', key, severity);
  return {
    title: 'Findings',
    panels: [
      {
        width: 24,
        height: 7,
        panel: table({
          title: 'Findings in the time range',
          description:
            'Everything that the detectors found in this run. Step is the first step of the incident; a finding with a value in “consequence of” is explained by another and does not notify, nor does one that is silenced or acknowledged. Empty when nothing was found; see the telemetry below for whether anyone looked.',
          unit: 'none',
          queries: [
            tableRows(joined(info, key, ['kind', 'rank'], severity)),
            tableRows(ofFinding('gradwatch_finding_first_step')),
            tableRows(ofFinding('gradwatch_finding_score')),
            tableRows(mark('gradwatch_finding_silenced')),
            tableRows(mark('gradwatch_finding_acknowledged')),
          ],
          columns: {
            'Value #A': 'severity',
            kind: 'kind',
            'Value #B': 'step',
            first_rank: 'first rank',
            rank: 'rank',
            cause: 'cause',
            'Value #C': 'score',
            consequence_of: 'consequence of',
            'Value #D': 'silenced',
            'Value #E': 'acknowledged',
            finding: 'finding',
          },
          mappingsOf: { 'Value #A': severityMappings, 'Value #D': yesMappings, 'Value #E': yesMappings },
          links: [
            runbook(config, 'GradwatchGradientExplosion', 'gradient explosion'),
            runbook(config, 'GradwatchNonFinite', 'not finite'),
            runbook(config, 'GradwatchWorkerLost', 'worker lost'),
          ],
        }),
      },
    ],
  };
}

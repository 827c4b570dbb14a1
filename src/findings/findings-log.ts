import { severities } from '../detect/index.ts';
import type { FindingChange, FindingListener } from './finding.ts';

/** Where lines go: a file, standard output, a test. */
export interface LineSink {
  write(line: string): unknown;
}

/** pino's and syslog's words for our severities. */
const levels = { info: 'info', warning: 'warn', critical: 'error' } as const;

/**
 * Writes one JSON line for every change of a finding, in the field names of the Elastic Common Schema 8
 * (https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html); what ECS has no field for stands under `gradwatch`.
 * JSON has no NaN and no infinities: such a figure is written as null.
 */
export function findingsLog(sink: LineSink, now: () => number): FindingListener {
  return (change) => {
    sink.write(`${JSON.stringify(ecs(change, now()))}\n`);
  };
}

function ecs({ change, finding }: FindingChange, now: number): Readonly<Record<string, unknown>> {
  const { subject } = finding;
  return {
    '@timestamp': iso(now),
    'ecs.version': '8.11.0',
    'log.level': levels[finding.severity],
    message: finding.cause,
    'event.kind': 'alert',
    'event.provider': 'gradwatch',
    'event.dataset': 'gradwatch.findings',
    'event.action': `finding-${change}`,
    'event.id': finding.id,
    'event.severity': severities.indexOf(finding.severity) + 1,
    'event.start': iso(finding.openedAt),
    ...(finding.resolvedAt !== null && { 'event.end': iso(finding.resolvedAt) }),
    'rule.name': finding.kind,
    'rule.description': finding.advice,
    labels: {
      severity: finding.severity,
      ...(subject.run !== null && { run: subject.run }),
      ...(subject.rank !== null && { rank: String(subject.rank) }),
      ...(subject.uuid !== null && { uuid: subject.uuid }),
    },
    'gradwatch.finding': {
      first_rank: finding.firstRank,
      first_step: finding.firstStep,
      detected_step: finding.detectedStep,
      last_step: finding.lastStep,
      score: finding.score,
      threshold: finding.threshold,
      baseline: finding.baseline,
      window: finding.window,
      consequence_of: finding.consequenceOf,
      resolution: finding.resolution,
    },
  };
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

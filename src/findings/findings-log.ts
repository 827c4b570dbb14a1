import { severities, type DetectorFacts } from '../detect/index.ts';
import type { FindingChange, FindingListener, Subject } from './finding.ts';

/** Where lines go: a file, standard output, a test. */
export interface LineSink {
  write(line: string): unknown;
}

export interface FindingsLogParts {
  /** Unix time in seconds. */
  readonly now: () => number;
  /** The name of this node. */
  readonly host: string;
  /** Of this program. */
  readonly version: string;
  readonly detectors: readonly DetectorFacts[];
}

/** pino's and syslog's words for our severities. */
const levels = { info: 'info', warning: 'warn', critical: 'error' } as const;

/** ECS has `start`, `end` and `change` among the types of events of the categories `host` and `process`. */
const types = {
  opened: 'start',
  worsened: 'change',
  amended: 'change',
  silenced: 'change',
  unsilenced: 'change',
  acknowledged: 'change',
  resolved: 'end',
} as const satisfies Readonly<Record<FindingChange['change'], string>>;

/**
 * Writes one JSON line for every change of a finding, in the field names of the Elastic Common Schema 8.11
 * (https://www.elastic.co/guide/en/ecs/8.11/ecs-field-reference.html); what ECS has no field for stands under `gradwatch`. The same
 * names serve Loki, whose `json` parser joins them by `_`. JSON has no NaN and no infinities: such a figure is written as null.
 */
export function findingsLog(sink: LineSink, parts: FindingsLogParts): FindingListener {
  return (change) => {
    sink.write(`${JSON.stringify(ecs(change, parts))}\n`);
  };
}

function ecs({ change, finding }: FindingChange, parts: FindingsLogParts): Readonly<Record<string, unknown>> {
  const { now, host, version, detectors } = parts;
  const { subject, acknowledgement } = finding;
  return {
    '@timestamp': iso(now()),
    'ecs.version': '8.11.0',
    'log.level': levels[finding.severity],
    message: finding.cause,
    'event.kind': 'alert',
    'event.category': [categoryOf(subject)],
    'event.type': [types[change]],
    'event.action': `finding-${change}`,
    'event.provider': 'gradwatch',
    'event.module': 'gradwatch',
    'event.dataset': 'gradwatch.findings',
    'event.severity': severities.indexOf(finding.severity) + 1,
    'event.start': iso(finding.openedAt),
    ...(finding.resolvedAt !== null && {
      'event.end': iso(finding.resolvedAt),
      // Nanoseconds, as ECS has them.
      'event.duration': Math.round((finding.resolvedAt - finding.openedAt) * 1e9),
    }),
    'host.name': host,
    'service.name': 'gradwatch',
    'service.version': version,
    'rule.name': finding.kind,
    'rule.description': detectors.find(({ kind }) => kind === finding.kind)?.meaning,
    ...(change === 'acknowledged' && { 'user.name': acknowledgement?.author }),
    labels: {
      finding: finding.id,
      severity: finding.severity,
      ...(subject.run !== null && { run: subject.run }),
      ...(subject.rank !== null && { rank: String(subject.rank) }),
      ...(subject.uuid !== null && { uuid: subject.uuid }),
    },
    'gradwatch.finding': {
      advice: finding.advice,
      first_rank: finding.firstRank,
      first_step: finding.firstStep,
      detected_step: finding.detectedStep,
      last_step: finding.lastStep,
      score: finding.score,
      threshold: finding.threshold,
      baseline: finding.baseline,
      window: finding.window,
      consequence_of: finding.consequenceOf,
      silenced_by: finding.silencedBy,
      acknowledgement,
      resolution: finding.resolution,
    },
  };
}

/** What happens to a run happens to its processes; all else is of the machine. */
function categoryOf({ run }: Subject): 'process' | 'host' {
  return run === null ? 'host' : 'process';
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

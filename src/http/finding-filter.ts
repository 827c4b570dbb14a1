import { severities, type Finding } from '../findings/index.ts';
import { anyText, moment, oneOf, wholeNumber, type Query } from './query.ts';

/** What is asked of a finding, in a list or on a stream, where detectors find these kinds. */
export function findingParameters(kinds: readonly string[]) {
  return {
    run: anyText,
    kind: oneOf(kinds),
    severity: oneOf(severities),
    state: oneOf(['open', 'resolved']),
    rank: wholeNumber(0, Number.MAX_SAFE_INTEGER),
    uuid: anyText,
    since: moment,
  };
}

/** Whether a finding is one of those that are asked for. */
export function findingFilter(wanted: Query<ReturnType<typeof findingParameters>>): (finding: Finding) => boolean {
  const { run, kind, severity = 'info', state, rank, uuid, since = -Infinity } = wanted;
  const least = severities.indexOf(severity);
  return (finding) =>
    (run === undefined || run === finding.subject.run) &&
    (kind === undefined || kind === finding.kind) &&
    severities.indexOf(finding.severity) >= least &&
    (state === undefined || (state === 'open') === (finding.resolvedAt === null)) &&
    (rank === undefined || rank === finding.subject.rank) &&
    (uuid === undefined || uuid === finding.subject.uuid) &&
    lastNews(finding) >= since;
}

function lastNews({ lastEvidenceAt, resolvedAt, acknowledgement }: Finding): number {
  return Math.max(lastEvidenceAt, resolvedAt ?? -Infinity, acknowledgement?.at ?? -Infinity);
}

import type { FindingChange } from '../findings/index.ts';
import type { FindingMessage } from '../protocol/index.ts';

/** That somebody has taken a finding in hand is no news to a worker. */
const changes = {
  opened: 'CHANGE_OPENED',
  worsened: 'CHANGE_WORSENED',
  amended: 'CHANGE_AMENDED',
  unsilenced: 'CHANGE_AMENDED',
  silenced: null,
  acknowledged: null,
  resolved: 'CHANGE_RESOLVED',
} as const;

const severities = {
  info: 'SEVERITY_INFO',
  warning: 'SEVERITY_WARNING',
  critical: 'SEVERITY_CRITICAL',
} as const;

/**
 * A finding as workers are told of it. What it does not have is absent. Null for what they are not told: of a silenced finding they hear
 * at most that it is over, since they may have heard that it opened.
 */
export function findingMessage({ change, finding }: FindingChange): FindingMessage | null {
  const told = changes[change];
  if (told === null || (finding.silencedBy !== null && change !== 'resolved')) return null;
  const { subject, firstStep, detectedStep, resolution, consequenceOf } = finding;
  return {
    id: finding.id,
    change: told,
    kind: finding.kind,
    severity: severities[finding.severity],
    ...(subject.rank === null ? {} : { rank: subject.rank }),
    ...(firstStep === null ? {} : { first_step: firstStep }),
    ...(detectedStep === null ? {} : { detected_step: detectedStep }),
    score: finding.score,
    threshold: finding.threshold,
    cause: finding.cause,
    advice: finding.advice,
    ...(resolution === null ? {} : { resolution }),
    ...(consequenceOf === null ? {} : { consequence_of: consequenceOf }),
  };
}

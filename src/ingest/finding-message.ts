import type { FindingChange } from '../findings/index.ts';
import type { FindingMessage } from '../protocol/index.ts';

const changes = {
  opened: 'CHANGE_OPENED',
  worsened: 'CHANGE_WORSENED',
  amended: 'CHANGE_AMENDED',
  resolved: 'CHANGE_RESOLVED',
} as const;

const severities = {
  info: 'SEVERITY_INFO',
  warning: 'SEVERITY_WARNING',
  critical: 'SEVERITY_CRITICAL',
} as const;

/** A finding as workers are told of it. What it does not have is absent. */
export function findingMessage({ change, finding }: FindingChange): FindingMessage {
  const { subject, firstStep, detectedStep, resolution, consequenceOf } = finding;
  return {
    id: finding.id,
    change: changes[change],
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

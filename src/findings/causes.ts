import { severities, type DetectorFacts } from '../detect/index.ts';
import { byAge, type Finding } from './finding.ts';
import { touch, type GpusOf } from './subjects.ts';

/** By so many steps a consequence may show before its cause: ranks report in batches, and parts of a step come late. */
const stepsAhead = 8;

/** A finding and the detector that it is of. */
export interface Case {
  readonly detector: DetectorFacts;
  readonly finding: Finding;
}

/**
 * Whether one finding explains another: its kind says so, the two subjects touch, and both were seen within `window` seconds.
 *
 * Within a run a finding is never hidden behind a milder one. Between a machine and what runs on it that is no reason: how much a fault
 * of a GPU matters shows in what it does to the run. A kind that explains itself does so for what opened later, or is milder.
 */
export function explains(cause: Case, consequence: Case, window: number, gpusOf: GpusOf): boolean {
  if (cause.finding.id === consequence.finding.id) return false;
  if (!cause.detector.explains.includes(consequence.detector.kind)) return false;
  if (!touch(cause.finding.subject, consequence.finding.subject, gpusOf)) return false;
  const worse = severityOf(cause.finding) - severityOf(consequence.finding);
  if (worse < 0 && isSameRun(cause.finding, consequence.finding)) return false;
  if (cause.detector.kind === consequence.detector.kind) {
    if (worse < 0 || (worse === 0 && byAge(cause.finding, consequence.finding) > 0)) return false;
  }
  return isAbout(cause.finding, consequence.finding, window);
}

/** 0 info, 1 warning, 2 critical. */
export function severityOf({ severity }: Finding): number {
  return severities.indexOf(severity);
}

function isSameRun({ subject: { run } }: Finding, { subject: other }: Finding): boolean {
  return run !== null && run === other.run;
}

function isAbout(cause: Finding, consequence: Finding, window: number): boolean {
  const { openedAt: opened, firstStep: first } = consequence;
  // Seen before its cause, a consequence is of about the same step; what began well before is no consequence.
  const ahead = cause.firstStep === null || first === null ? 0 : cause.firstStep - first;
  if (opened <= cause.openedAt && ahead > stepsAhead) return false;
  return opened >= cause.openedAt - window && opened <= cause.lastEvidenceAt + window;
}

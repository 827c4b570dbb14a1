import { severities, type DetectorFacts } from '../detect/index.ts';
import { byAge, type Finding } from './finding.ts';
import { touch, type Whereabouts } from './subjects.ts';

/** By so many steps a consequence may show before its cause: ranks report in batches, and parts of a step come late. */
const stepsAhead = 8;
/** Steps of ranks that go on are those that come later than so many seconds: what a batch held is on its way. */
const batchSeconds = 10;
/** By so many seconds what ended a run may be seen after it had ended: machines are looked at every few seconds, and faults have to last. */
const unseenSeconds = 60;

/** A finding and the detector that it is of. */
export interface Case {
  readonly detector: DetectorFacts;
  readonly finding: Finding;
  /** When what does not last happened, in Unix seconds; null or absent for what lasts. */
  readonly happenedAt?: number | null;
  /** Where and when what made it as bad as it is began, and when that was seen; null or absent for what is as it opened. */
  readonly worsened?: Beginning | null;
}

/** The beginning of a finding, or of what made it worse. */
export interface Beginning {
  readonly firstStep: number | null;
  /** Unix seconds. */
  readonly seenAt: number;
}

/**
 * Whether one finding explains another: its kind says so, the two subjects touch, and both were seen within `window` seconds.
 *
 * What a machine suffers once a run has ended explains nothing of that run, and nothing of the run explains it: the next run computes there.
 *
 * Cards that begin to suffer the same within `window` suffer it from what they share.
 *
 * What happened to a machine in a moment, before a run began that took steps there since, explains nothing of that run.
 *
 * Within a run a finding is never hidden behind a milder one, unless people are told of that one and both began at the same steps. Between a machine and what runs on it that is no reason: how much a fault of a GPU matters shows in what it does to
 * the run. Of kinds that explain each other one finding leads: the worse, and the older of two that are as bad, or that are of two kinds and
 * began at the same steps. One of the same kind explains nothing of a rank that took steps after it: that one did not depend on it.
 *
 * What goes on explains however late: a training that has diverged and is left alone explodes again every thousand steps or so, and who was
 * told of it knows. What is worse than it is told all the same.
 *
 * What the steps of a run showed explains the end of a rank that tells of it itself, within a few steps; that it took no steps explains its
 * end without a word too.
 */
export function explains(cause: Case, consequence: Case, window: number, whereabouts: Whereabouts): boolean {
  if (cause.finding.id === consequence.finding.id) return false;
  if (!cause.detector.explains.includes(consequence.detector.kind)) return false;
  if (!touch(cause.finding.subject, consequence.finding.subject, whereabouts) && !areShared(cause, consequence, window))
    return false;
  if (isBeyond(cause, consequence, whereabouts) || isBeyond(consequence, cause, whereabouts)) return false;
  if (cameAfter(consequence, cause, whereabouts)) return false;
  if (isAnotherEnd(cause, consequence)) return false;
  const worse = severityOf(cause.finding) - severityOf(consequence.finding);
  const joined =
    cause.detector.alert !== 'none' &&
    beginningsOf(consequence).some((beginning) => beganTogether(cause.finding, beginning));
  if (worse < 0 && !joined && isSameRun(cause.finding, consequence.finding)) return false;
  if (consequence.detector.explains.includes(cause.detector.kind) && !leads(cause, consequence)) return false;
  const isSameKind = cause.detector.kind === consequence.detector.kind;
  if (isSameKind && wentOn(consequence.finding, cause.finding.openedAt + batchSeconds, whereabouts)) return false;
  const { lastEvidenceAt } = consequence.finding;
  return beginningsOf(consequence).some((beginning) => isAbout(cause.finding, beginning, lastEvidenceAt, window));
}

/**
 * Whether two cards began to suffer the same at about the same time: the power, the air and the fabric of a machine are those of all its cards.
 * What asks for something else to be done, as the power brake beside heat, is not the same.
 */
function areShared({ detector, finding }: Case, consequence: Case, window: number): boolean {
  if (detector.kind !== consequence.detector.kind || detector.subject !== 'gpu') return false;
  if (finding.advice !== consequence.finding.advice) return false;
  return beginningsOf(consequence).some(({ seenAt }) => Math.abs(seenAt - finding.openedAt) <= window);
}

/** What became worse may have been there before, and harmless: then it is what made it worse that has a cause. */
function beginningsOf({ finding: { firstStep, openedAt }, worsened = null }: Case): readonly Beginning[] {
  const opening = { firstStep, seenAt: openedAt };
  return worsened === null ? [opening] : [opening, worsened];
}

/**
 * Whether a finding becomes as bad as what follows from it: not by what is silenced, nor within a run where nobody is told of that, which
 * is no reason to wake somebody.
 */
export function raises({ detector, finding }: Case, cause: Case): boolean {
  if (finding.silencedBy !== null) return false;
  return detector.alert !== 'none' || !isSameRun(cause.finding, finding);
}

/**
 * Whether nobody needs to be told of a finding beside its cause: people hear of that one, or somebody wants to hear nothing of this one either.
 * A silence is of what it names, and not of what follows from it. Of how a rank ended people hear no more when what explains it is over.
 */
export function hides(cause: Case, { finding }: Case): boolean {
  const isTold = !isEnd(cause) || cause.finding.consequenceOf === null;
  return (cause.finding.silencedBy === null && isTold) || finding.silencedBy !== null;
}

/** Whether a finding tells how a rank ended. It is of a moment, after which nothing more is seen of it. */
export function isEnd({ detector, finding }: Case): boolean {
  return finding.subject.run !== null && !detector.endsWithRun;
}

/** 0 info, 1 warning, 2 critical. */
export function severityOf({ severity }: Finding): number {
  return severities.indexOf(severity);
}

/** Whether two findings are of the same steps, of which the first is more than a remark. */
function beganTogether(
  { severity, firstStep: one }: Finding,
  { firstStep: other }: Pick<Beginning, 'firstStep'>,
): boolean {
  return severity !== 'info' && one !== null && other !== null && Math.abs(one - other) <= stepsAhead;
}

/** Whether the first of two findings, of kinds that explain each other or of one that explains itself, is the cause. */
function leads({ finding: one }: Case, { finding: other }: Case): boolean {
  const isOlder = byAge(one, other) < 0;
  const worse = severityOf(one) - severityOf(other);
  const areTogether = one.kind !== other.kind && (isOlder ? beganTogether(one, other) : beganTogether(other, one));
  return worse === 0 || areTogether ? isOlder : worse > 0;
}

function isSameRun({ subject: { run } }: Finding, { subject: other }: Finding): boolean {
  return run !== null && run === other.run;
}

/** Whether a finding about the machine opened when the run of the other had ended. What tells how a run ended may be seen before its cause. */
function isBeyond({ finding }: Case, { detector, finding: other }: Case, whereabouts: Whereabouts): boolean {
  const { run } = other.subject;
  if (run === null || finding.subject.run !== null) return false;
  const ended = whereabouts.endedAt(run);
  return ended !== null && finding.openedAt > ended + (detector.endsWithRun ? batchSeconds : unseenSeconds);
}

/** Whether the run of a finding began after the moment of the other, and took steps. Where it took none, the machine may not be what it was. */
function cameAfter(
  { finding: { subject, lastStep } }: Case,
  { happenedAt = null }: Case,
  whereabouts: Whereabouts,
): boolean {
  if (happenedAt === null || subject.run === null || lastStep === null) return false;
  const started = whereabouts.startedAt(subject.run);
  return started !== null && started > happenedAt;
}

/**
 * Whether a rank ended at other steps than those that the finding about its run is of, or without a word, which is critical: who waits for a
 * rank that stands still ends it so.
 */
function isAnotherEnd({ detector, finding: { subject, lastStep } }: Case, end: Case): boolean {
  if (subject.run === null || !detector.endsWithRun || !isEnd(end)) return false;
  const { severity, firstStep } = end.finding;
  const apart = lastStep === null || firstStep === null ? Infinity : Math.abs(firstStep - lastStep);
  if (apart > stepsAhead && lastStep !== firstStep) return true;
  return severity === 'critical' && !end.detector.explains.includes(detector.kind);
}

/** Whether the rank of a finding took a step after this time. */
function wentOn({ subject: { run, rank } }: Finding, time: number, whereabouts: Whereabouts): boolean {
  const stepped = run === null || rank === null ? null : whereabouts.steppedAt(run, rank);
  return stepped !== null && stepped > time;
}

function isAbout(cause: Finding, { firstStep: first, seenAt }: Beginning, lastSeen: number, window: number): boolean {
  const ahead = cause.firstStep === null || first === null ? null : cause.firstStep - first;
  // Seen before its cause, a consequence is of about the same step; what began well before is no consequence.
  if (seenAt <= cause.openedAt && ahead !== null && ahead > stepsUnsure(cause)) return false;
  // What began at the same steps did so together, however long a step takes.
  if (ahead !== null && Math.abs(ahead) <= stepsAhead) return true;
  // Where steps tell that they began together, one may take far longer to be found than the other, which lasts meanwhile.
  const last = ahead === null ? seenAt : lastSeen;
  return last >= cause.openedAt - window && seenAt <= cause.lastEvidenceAt + window;
}

/**
 * By how many steps a finding may have begun before its first one. What is found by windows of steps is found when two of them are full, and
 * the first may be the one before: that is half of the steps that it took.
 */
function stepsUnsure({ firstStep, detectedStep }: Finding): number {
  return firstStep === null || detectedStep === null
    ? stepsAhead
    : Math.max(stepsAhead, (detectedStep - firstStep + 1) / 2);
}

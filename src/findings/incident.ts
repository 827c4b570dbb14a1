import type { DetectorFacts, Evidence, Severity } from '../detect/index.ts';
import { severities } from '../detect/index.ts';
import { severityOf, type Beginning } from './causes.ts';
import type { Acknowledgement, Finding, Resolution, Subject } from './finding.ts';
import { firstClause } from './joined-cause.ts';
import { Sentence, type SentenceState } from './sentence.ts';

/** Ranks and series whose recovery a finding waits for; evidence of more counts, their recovery is not waited for. */
const maxWitnesses = 1024;

/** What is known beside a finding, and outlives the exporter with it. */
export interface Beside extends SentenceState {
  /** The beginning of what made it worse by its own evidence, or of what is left of it after its cause; null while it is as it opened. */
  readonly worsened: Beginning | null;
}

/** An open finding and what is known beside it. */
export class Incident {
  readonly detector: DetectorFacts;
  #finding: Finding;
  readonly #sentence: Sentence;
  readonly #disturbed: Set<number | string>;
  #happenedAt: number | null = null;
  #judgedFrom: number | null = null;
  #worsened: Beginning | null;
  /** When the last whose recovery it waits for ended, by the clock of the exporter in Unix seconds. */
  #leftAt = -Infinity;
  /** How it will end when the hold is over; null while it goes on. */
  closing: Resolution | null = null;

  constructor(
    detector: DetectorFacts,
    finding: Finding,
    disturbed: readonly (number | string)[],
    sentence: Sentence,
    worsened: Beginning | null = null,
  ) {
    this.detector = detector;
    this.#finding = finding;
    this.#sentence = sentence;
    this.#worsened = worsened;
    this.#disturbed = new Set(disturbed);
  }

  /** One that its first evidence opens. */
  static begin(
    detector: DetectorFacts,
    about: Pick<Finding, 'id' | 'subject' | 'firstRank'>,
    witness: number | string,
    evidence: Evidence,
    now: number,
  ): Incident {
    const { step, origin: _, happenedAt = null, judgedFrom = null, ...facts } = evidence;
    const finding = {
      ...facts,
      ...about,
      kind: detector.kind,
      detectedStep: step,
      lastStep: step,
      openedAt: now,
      lastEvidenceAt: now,
      worsenedAt: null,
      consequenceOf: null,
      silencedBy: null,
      acknowledgement: null,
      escalated: false,
      resolution: null,
      resolvedAt: null,
    };
    const incident = new Incident(detector, finding, [witness], Sentence.of(witness, evidence));
    incident.#happenedAt = happenedAt;
    incident.#judgedFrom = judgedFrom;
    return incident;
  }

  get finding(): Finding {
    return this.#finding;
  }

  /** When what does not last happened last, in Unix seconds; null for what lasts, and until it is heard of again after a restart. */
  get happenedAt(): number | null {
    return this.#happenedAt;
  }

  /** When it was heard of last, in Unix seconds: the hold is counted from there. */
  get heardAt(): number {
    return Math.max(this.#finding.lastEvidenceAt, this.#leftAt);
  }

  get worsened(): Beginning | null {
    return this.#worsened;
  }

  /** Its cause without what is joined to it. */
  get words(): string {
    return this.#sentence.words;
  }

  get beside(): Beside {
    return { ...this.#sentence.state, worsened: this.#worsened };
  }

  /** Ranks, or keys of series, that gave evidence and have not recovered. */
  get disturbed(): ReadonlySet<number | string> {
    return this.#disturbed;
  }

  /**
   * Takes further evidence in.
   * @returns whether it made the finding worse, so that its cause is the new one, or tells more of where it began, or what is so now
   */
  add(witness: number | string, evidence: Evidence, now: number): 'worse' | 'amended' | null {
    const before = this.#finding;
    const worse = severities.indexOf(evidence.severity) > severityOf(before);
    this.#finding = {
      ...before,
      firstStep: lower(before.firstStep, evidence.firstStep),
      lastStep: higher(before.lastStep, evidence.step),
      score: Math.max(before.score, evidence.score),
      lastEvidenceAt: now,
    };
    this.#happenedAt = evidence.happenedAt ?? this.#happenedAt;
    this.#judgedFrom = evidence.judgedFrom ?? null;
    if (this.#disturbed.size < maxWitnesses) this.#disturbed.add(witness);
    // Kept open by the hold alone: what comes now began anew.
    this.#sentence.began(witness, evidence, this.closing !== null);
    this.closing = null;
    const firstRank = this.#sentence.firstRank(before.firstRank);
    if (!worse) {
      const isNews = this.detector.tellsNewest === true && evidence.cause !== this.words;
      if (!isNews && firstRank === before.firstRank) return null;
      if (isNews) this.#sentence.say(evidence.cause, null);
      this.#change({ firstRank, cause: this.#cause() });
      return 'amended';
    }
    const { severity, threshold, baseline, window, cause, advice } = evidence;
    this.#worsened = { firstStep: evidence.firstStep, seenAt: now };
    this.#sentence.say(cause, witness);
    this.#change({ firstRank, threshold, baseline, window, cause: this.#cause(), advice });
    this.raise(severity, now);
    return 'worse';
  }

  /** Makes it worse. What was said of the milder finding holds no longer. */
  raise(severity: Severity, now: number): void {
    const { severity: before, acknowledgement, escalated } = this.#finding;
    const wakes = acknowledgement !== null && before === 'warning' && this.detector.alert !== 'none';
    this.#change({ severity, worsenedAt: now, acknowledgement: null, escalated: escalated || wakes });
  }

  /**
   * Whether it goes on after a cause that has ended: its last evidence is of nothing that was while that lasted. Until it is heard of again
   * after a restart it does.
   */
  outlives({ lastStep }: Pick<Finding, 'lastStep'>): boolean {
    return this.#judgedFrom === null || lastStep === null || this.#judgedFrom > lastStep;
  }

  /** Its cause has ended and it goes on: what it is now has a beginning of its own, and may have another cause. */
  beginAnew(): void {
    const { lastStep, lastEvidenceAt } = this.#finding;
    this.#worsened = { firstStep: this.#judgedFrom ?? lastStep, seenAt: lastEvidenceAt };
  }

  /** A rank has ended. What only this one could tell the end of is over; the hold begins anew, within which its run may end too. */
  leave(rank: number, now: number): void {
    if (this.#finding.subject.rank === rank) this.#disturbed.clear();
    else if (!this.#disturbed.delete(rank)) return;
    if (this.#disturbed.size > 0 || this.closing !== null) return;
    this.closing = 'expired';
    this.#leftAt = now;
  }

  /** A rank or a series is in order again, or will not be heard of. */
  calm(witness: number | string, resolution: Resolution): void {
    if (this.#disturbed.delete(witness) && this.#disturbed.size === 0) this.closing ??= resolution;
  }

  /**
   * Attaches it to a cause by its id, or to none. `reason` is joined to its own words, where it is of another subject: what the same
   * subject suffers stands beside it anyway.
   */
  follow(consequenceOf: string | null, reason?: Pick<Incident, 'finding'> & Partial<Pick<Incident, 'words'>>): void {
    const { subject } = this.#finding;
    const isTold = reason !== undefined && !isSame(subject, reason.finding.subject);
    this.#sentence.follow(
      isTold ? { words: reason.words ?? firstClause(reason.finding.cause), openedAt: reason.finding.openedAt } : null,
    );
    this.#change({ consequenceOf, cause: this.#cause() });
  }

  /**
   * Something follows from it: who is told of it alone hears what it did first to a rank or a run.
   * @returns whether its cause says something else now
   */
  lead({ finding, words }: Incident): boolean {
    const { subject, openedAt } = finding;
    if (subject.run === null || isSame(this.#finding.subject, subject)) return false;
    if (!this.#sentence.lead(words, openedAt, subject.rank !== null)) return false;
    this.#change({ cause: this.#cause() });
    return true;
  }

  /**
   * So many further cards suffer the same: who is told of this one alone hears of them.
   * @returns whether its cause says something else now
   */
  share(alike: number): boolean {
    if (!this.#sentence.share(alike)) return false;
    this.#change({ cause: this.#cause() });
    return true;
  }

  silence(silencedBy: string | null): void {
    this.#change({ silencedBy });
  }

  acknowledge(acknowledgement: Acknowledgement): void {
    this.#change({ acknowledgement });
  }

  resolve(resolution: Resolution, now: number): void {
    this.#change({ resolution, resolvedAt: now });
  }

  #cause(): string {
    return this.#sentence.text(this.#finding.openedAt);
  }

  #change(what: Partial<Finding>): void {
    this.#finding = { ...this.#finding, ...what };
  }
}

function isSame(one: Subject, other: Subject): boolean {
  return one.run === other.run && one.rank === other.rank && one.uuid === other.uuid;
}

function lower(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function higher(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

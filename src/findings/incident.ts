import type { DetectorFacts, Evidence } from '../detect/index.ts';
import { severities } from '../detect/index.ts';
import type { Finding, Resolution } from './finding.ts';

/** Ranks and series whose recovery a finding waits for; evidence of more counts, their recovery is not waited for. */
const maxWitnesses = 1024;

/** An open finding and what is known beside it. */
export class Incident {
  readonly detector: DetectorFacts;
  #finding: Finding;
  readonly #disturbed: Set<number | string>;
  /** How it will end when the hold is over; null while it goes on. */
  closing: Resolution | null = null;

  constructor(detector: DetectorFacts, finding: Finding, disturbed: readonly (number | string)[]) {
    this.detector = detector;
    this.#finding = finding;
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
    const { step, ...facts } = evidence;
    const finding = {
      ...facts,
      ...about,
      kind: detector.kind,
      detectedStep: step,
      lastStep: step,
      openedAt: now,
      lastEvidenceAt: now,
      consequenceOf: null,
      resolution: null,
      resolvedAt: null,
    };
    return new Incident(detector, finding, [witness]);
  }

  get finding(): Finding {
    return this.#finding;
  }

  /** Ranks, or keys of series, that gave evidence and have not recovered. */
  get disturbed(): ReadonlySet<number | string> {
    return this.#disturbed;
  }

  /** 0 info, 1 warning, 2 critical. */
  get severity(): number {
    return severities.indexOf(this.#finding.severity);
  }

  /** Takes further evidence in. True when it made the finding worse: then its cause is the new one. */
  add(witness: number | string, evidence: Evidence, now: number): boolean {
    const before = this.#finding;
    const worse = severities.indexOf(evidence.severity) > this.severity;
    const { severity, threshold, baseline, window, cause, advice } = worse ? evidence : before;
    this.#finding = {
      ...before,
      ...{ severity, threshold, baseline, window, cause, advice },
      firstStep: lower(before.firstStep, evidence.firstStep),
      lastStep: higher(before.lastStep, evidence.step),
      score: Math.max(before.score, evidence.score),
      lastEvidenceAt: now,
    };
    if (this.#disturbed.size < maxWitnesses) this.#disturbed.add(witness);
    this.closing = null;
    return worse;
  }

  /** A rank or a series is in order again, or will not be heard of. */
  calm(witness: number | string, resolution: Resolution): void {
    if (this.#disturbed.delete(witness) && this.#disturbed.size === 0) this.closing ??= resolution;
  }

  follow(cause: string | null): void {
    this.#finding = { ...this.#finding, consequenceOf: cause };
  }

  resolve(resolution: Resolution, now: number): void {
    this.#finding = { ...this.#finding, resolution, resolvedAt: now };
  }
}

function lower(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function higher(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

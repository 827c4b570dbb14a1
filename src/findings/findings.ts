import type { Evidence, Report, VerdictSink } from '../detect/index.ts';
import type { SeriesTable } from '../series/index.ts';
import type { Finding, FindingChange, FindingListener, Resolution, Subject } from './finding.ts';
import { FindingSeries } from './finding-series.ts';
import { Incident } from './incident.ts';
import type { FindingsOptions } from './options.ts';

/** By so many steps a consequence may show before its cause: ranks report in batches, and parts of a step come late. */
const stepsAhead = 8;

export interface FindingsParts {
  readonly table: SeriesTable;
  readonly options: FindingsOptions;
  /** All kinds of findings that there can be. */
  readonly kinds: readonly string[];
  /** Another text at every start of the exporter: the first part of every id. */
  readonly instance: string;
  /** Unix time in seconds. */
  readonly now: () => number;
}

/**
 * Turns verdicts into findings: one for each (run, kind, subject), from its first evidence to its end. Alone knows what is open.
 *
 * A finding stays open for `hold` after its last evidence, whatever happens; new evidence within that time goes on with it. Time
 * passes only in {@link Findings.tick}.
 */
export class Findings implements VerdictSink {
  #options: FindingsOptions;
  readonly #series: FindingSeries;
  readonly #instance: string;
  readonly #now: () => number;
  readonly #open = new Map<string, Incident>();
  /** Oldest first. */
  readonly #resolved: Finding[] = [];
  readonly #listeners = new Set<FindingListener>();
  #count = 0;
  #revision = 0;

  constructor({ table, options, kinds, instance, now }: FindingsParts) {
    this.#options = options;
    this.#series = new FindingSeries(table, kinds);
    this.#instance = instance;
    this.#now = now;
  }

  /** Goes by other options from now on, with all findings as they are. */
  reconfigure(options: FindingsOptions): void {
    this.#options = options;
  }

  /** Open findings in the order in which they opened. */
  get open(): readonly Finding[] {
    return [...this.#open.values()].map(({ finding }) => finding);
  }

  /** The last resolved findings, the latest first. */
  get resolved(): readonly Finding[] {
    return this.#resolved.toReversed();
  }

  /** Rises with every change of a finding or a count. */
  get revision(): number {
    return this.#revision;
  }

  /** What is open, with what is known beside it. */
  get incidents(): readonly Incident[] {
    return [...this.#open.values()];
  }

  /** How many findings reached which severity. */
  get counted(): ReturnType<FindingSeries['counted']> {
    return this.#series.counted();
  }

  /** Takes an open finding of before a restart back, and tells nobody of it. False when there is no place for it. */
  putBack(incident: Incident): boolean {
    const { finding } = incident;
    const key = keyOf(finding.kind, finding.subject);
    if (this.#open.has(key) || this.#open.size >= this.#options.max_open) return false;
    this.#open.set(key, incident);
    this.#series.show(finding);
    return true;
  }

  /** Takes a resolved finding among those that are kept. */
  keepResolved(finding: Finding): void {
    this.#resolved.push(finding);
    if (this.#resolved.length > this.#options.keep_resolved) this.#resolved.shift();
  }

  /** Takes the counts of before a restart back. */
  putBackCounts(counts: ReturnType<FindingSeries['counted']>): void {
    for (const { kind, severity, total } of counts) this.#series.putBackCount(kind, severity, total);
  }

  /** Calls the listener at every change, until the returned function is called. */
  subscribe(listener: FindingListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  report(report: Report): void {
    this.#revision += 1;
    const { detector, run, rank, uuid, witness, verdict } = report;
    const subject: Subject = { run, rank: detector.subject === 'run' ? null : rank, uuid };
    const key = keyOf(detector.kind, subject);
    const incident = this.#open.get(key);
    if (verdict.status === 'recovered') {
      incident?.calm(witness, 'recovered');
      return;
    }
    const { status: _, ...evidence } = verdict;
    if (incident === undefined) this.#begin(key, subject, report, evidence);
    else this.#continue(incident, witness, evidence);
  }

  runEnded(run: string): void {
    this.#revision += 1;
    for (const incident of this.#of(run)) {
      if (incident.detector.endsWithRun) incident.closing ??= 'run_ended';
    }
  }

  rankForgotten(run: string, rank: number): void {
    this.#revision += 1;
    for (const incident of this.#of(run)) incident.calm(rank, 'expired');
  }

  runForgotten(run: string): void {
    this.#revision += 1;
    for (const incident of this.#of(run)) incident.closing ??= 'run_ended';
  }

  /** Resolves what is over by now. To be called every few seconds. */
  tick(): void {
    const now = this.#now();
    const { hold, expire_after } = this.#options;
    for (const [key, incident] of this.#open) {
      const age = now - incident.finding.lastEvidenceAt;
      if (incident.closing !== null && age >= hold) this.#resolve(key, incident, incident.closing, now);
      else if (age >= expire_after) this.#resolve(key, incident, 'expired', now);
    }
  }

  #begin(key: string, subject: Subject, { detector, rank, witness }: Report, evidence: Evidence): void {
    if (this.#open.size >= this.#options.max_open) {
      this.#series.countRefused(detector.kind);
      return;
    }
    this.#count += 1;
    const id = `${this.#instance}-${this.#count}`;
    const incident = Incident.begin(detector, { id, subject, firstRank: rank }, witness, evidence, this.#now());
    this.#open.set(key, incident);
    incident.follow(this.#causeOf(incident));
    this.#series.count(incident.finding);
    this.#tell('opened', incident);
    this.#adopt(incident);
  }

  #continue(incident: Incident, witness: number | string, evidence: Evidence): void {
    const worse = incident.add(witness, evidence, this.#now());
    const { consequenceOf } = incident.finding;
    // A consequence that outlives its cause, or becomes worse than it, stands for itself.
    const unattached = consequenceOf !== null && (worse || !this.#isOpen(consequenceOf));
    if (unattached) incident.follow(this.#causeOf(incident));
    if (worse) {
      this.#series.count(incident.finding);
      this.#tell('worsened', incident);
      this.#adopt(incident);
    } else if (unattached) {
      this.#tell('amended', incident);
    } else {
      this.#series.show(incident.finding);
    }
  }

  /** The id of the open finding that explains an incident: of a cause that is a consequence itself, the first cause. */
  #causeOf(incident: Incident): string | null {
    const cause = this.#of(incident.finding.subject.run).find((other) => this.#explains(other, incident));
    return cause === undefined ? null : this.#rootOf(cause);
  }

  /** Makes consequences of findings that were seen shortly before the one that explains them. */
  #adopt(cause: Incident): void {
    const root = this.#rootOf(cause);
    for (const incident of this.#of(cause.finding.subject.run)) {
      if (!this.#explains(cause, incident) || incident.finding.consequenceOf === root) continue;
      incident.follow(root);
      this.#tell('amended', incident);
    }
  }

  #rootOf({ finding }: Incident): string {
    const { id, consequenceOf } = finding;
    return consequenceOf !== null && this.#isOpen(consequenceOf) ? consequenceOf : id;
  }

  /** A finding is never hidden behind a milder one. */
  #explains(cause: Incident, consequence: Incident): boolean {
    if (!cause.detector.explains.includes(consequence.detector.kind)) return false;
    if (cause.severity < consequence.severity) return false;
    const { openedAt, lastEvidenceAt } = cause.finding;
    const window = this.#options.consequence_window;
    const opened = consequence.finding.openedAt;
    // Seen before its cause, a consequence is of about the same step; what began well before is no consequence.
    const ahead = (cause.finding.firstStep ?? 0) - (consequence.finding.firstStep ?? 0);
    if (opened <= openedAt && ahead > stepsAhead) return false;
    return opened >= openedAt - window && opened <= lastEvidenceAt + window;
  }

  #isOpen(id: string): boolean {
    for (const { finding } of this.#open.values()) if (finding.id === id) return true;
    return false;
  }

  #of(run: string | null): Incident[] {
    return run === null ? [] : [...this.#open.values()].filter(({ finding }) => finding.subject.run === run);
  }

  #resolve(key: string, incident: Incident, resolution: Resolution, now: number): void {
    incident.resolve(resolution, now);
    this.#open.delete(key);
    this.keepResolved(incident.finding);
    this.#tell('resolved', incident);
  }

  #tell(change: FindingChange['change'], { finding }: Incident): void {
    this.#revision += 1;
    if (change === 'resolved') this.#series.drop(finding.id);
    else this.#series.show(finding);
    for (const listener of this.#listeners) listener({ change, finding });
  }
}

/** JSON keeps apart what a separator within a run's name could join. */
function keyOf(kind: string, subject: Subject): string {
  return JSON.stringify([kind, subject.run, subject.rank, subject.uuid]);
}

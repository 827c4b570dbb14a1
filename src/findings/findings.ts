import type { DetectorFacts, Evidence, Report, VerdictSink } from '../detect/index.ts';
import type { SeriesTable } from '../series/index.ts';
import { severityOf } from './causes.ts';
import type { Finding, FindingChange, FindingListener, Resolution, Subject } from './finding.ts';
import { FindingSeries } from './finding-series.ts';
import { Incident } from './incident.ts';
import { Incidents } from './incidents.ts';
import type { FindingsOptions } from './options.ts';
import { Silences, type Silence, type SilenceDraft } from './silences.ts';
import type { GpusOf } from './subjects.ts';

export interface FindingsParts {
  readonly table: SeriesTable;
  readonly options: FindingsOptions;
  /** All that can find something. */
  readonly detectors: readonly DetectorFacts[];
  readonly gpusOf: GpusOf;
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
  readonly #parts: FindingsParts;
  #options: FindingsOptions;
  readonly #series: FindingSeries;
  readonly #silences: Silences;
  readonly #open: Incidents;
  /** Oldest first. */
  readonly #resolved: Finding[] = [];
  readonly #listeners = new Set<FindingListener>();
  #count = 0;
  #revision = 0;

  constructor(parts: FindingsParts) {
    const { table, options, detectors, gpusOf, instance } = parts;
    this.#parts = parts;
    this.#options = options;
    this.#series = new FindingSeries(
      table,
      detectors.map(({ kind }) => kind),
    );
    this.#silences = new Silences(table, instance);
    this.#open = new Incidents({
      gpusOf,
      window: () => this.#options.consequence_window,
      over: () =>
        this.#resolved.flatMap((finding) => {
          const detector = detectors.find(({ kind }) => kind === finding.kind);
          return detector === undefined ? [] : [{ detector, finding }];
        }),
    });
  }

  /** Goes by other options from now on, with all findings as they are. */
  reconfigure(options: FindingsOptions): void {
    this.#options = options;
  }

  /** Open findings in the order in which they opened. */
  get open(): readonly Finding[] {
    return this.#open.all.map(({ finding }) => finding);
  }

  /** The last resolved findings, the latest first. */
  get resolved(): readonly Finding[] {
    return this.#resolved.toReversed();
  }

  get silences(): readonly Silence[] {
    return this.#silences.active;
  }

  /** Rises with every change of a finding, a silence or a count. */
  get revision(): number {
    return this.#revision;
  }

  /** What is open, with what is known beside it. */
  get incidents(): readonly Incident[] {
    return this.#open.all;
  }

  /** How many findings reached which severity. */
  get counted(): ReturnType<FindingSeries['counted']> {
    return this.#series.counted();
  }

  /** Takes an open finding of before a restart back, and tells nobody of it. False when there is no place for it. */
  putBack(incident: Incident): boolean {
    const { finding } = incident;
    if (this.#open.size >= this.#options.max_open) return false;
    if (this.#open.find(finding.kind, finding.subject) !== undefined) return false;
    this.#open.add(incident);
    this.#series.show(finding);
    return true;
  }

  /** Takes a silence of before a restart back. */
  putBackSilence(silence: Silence): void {
    this.#silences.putBack(silence);
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

  /**
   * Findings that the silence is about do not notify until it ends, except for those that become worse.
   * @throws SilenceLimitError
   */
  silence(draft: SilenceDraft): Silence {
    const silence = this.#silences.create(draft, this.#parts.now(), this.#options.max_silences);
    this.reviewSilences();
    return silence;
  }

  /** Ends a silence before its time. False where there is none of that id. */
  endSilence(id: string): boolean {
    const ended = this.#silences.end(id);
    if (ended) this.reviewSilences();
    return ended;
  }

  /** Notes that somebody has an open finding in hand, in the place of who had it before; undefined where none of that id is open. */
  acknowledge(id: string, author: string, note: string): Finding | undefined {
    const incident = this.#open.findId(id);
    if (incident === undefined) return undefined;
    incident.acknowledge({ author, note, at: this.#parts.now() });
    this.#tell('acknowledged', incident);
    return incident.finding;
  }

  report(report: Report): void {
    this.#revision += 1;
    const { detector, run, rank, uuid, witness, verdict } = report;
    const subject: Subject = { run, rank: detector.subject === 'run' ? null : rank, uuid };
    const incident = this.#open.find(detector.kind, subject);
    if (verdict.status === 'recovered') {
      incident?.calm(witness, 'recovered');
      return;
    }
    const { status: _, ...evidence } = verdict;
    if (incident === undefined) this.#begin(subject, report, evidence);
    else this.#continue(incident, witness, evidence);
  }

  runEnded(run: string): void {
    this.#revision += 1;
    for (const incident of this.#open.of(run)) {
      if (incident.detector.endsWithRun) incident.closing ??= 'run_ended';
    }
  }

  rankForgotten(run: string, rank: number): void {
    this.#revision += 1;
    for (const incident of this.#open.of(run)) incident.calm(rank, 'expired');
  }

  runForgotten(run: string): void {
    this.#revision += 1;
    for (const incident of this.#open.of(run)) incident.closing ??= 'run_ended';
  }

  /** Resolves what is over by now, and ends silences. To be called every few seconds. */
  tick(): void {
    const now = this.#parts.now();
    if (this.#silences.expire(now)) this.reviewSilences();
    const { hold, expire_after } = this.#options;
    for (const incident of this.#open.all) {
      const age = now - incident.finding.lastEvidenceAt;
      if (incident.closing !== null && age >= hold) this.#resolve(incident, incident.closing, now);
      else if (age >= expire_after) this.#resolve(incident, 'expired', now);
    }
  }

  /** Holds open findings against the silences in force, and tells of those that have fallen silent or speak again. */
  reviewSilences(): void {
    this.#revision += 1;
    for (const incident of this.#open.all) {
      const { silencedBy } = incident.finding;
      const silence = this.#silences.over(incident.finding);
      if (silence === silencedBy) continue;
      incident.silence(silence);
      this.#tell(silence === null ? 'unsilenced' : 'silenced', incident);
    }
  }

  #begin(subject: Subject, { detector, rank, witness }: Report, evidence: Evidence): void {
    if (this.#open.size >= this.#options.max_open) {
      this.#series.countRefused(detector.kind);
      return;
    }
    this.#count += 1;
    const { instance, now } = this.#parts;
    const about = { id: `${instance}-${this.#count}`, subject, firstRank: rank };
    const incident = Incident.begin(detector, about, witness, evidence, now());
    this.#open.add(incident);
    this.#open.attach(incident);
    this.#rose('opened', incident);
  }

  #continue(incident: Incident, witness: number | string, evidence: Evidence): void {
    const worse = incident.add(witness, evidence, this.#parts.now());
    const { consequenceOf } = incident.finding;
    // A consequence that outlives its cause, or becomes worse than it, stands for itself.
    const unattached = consequenceOf !== null && this.#open.findId(consequenceOf) === undefined;
    const amended = worse || unattached ? this.#open.attach(incident) : [];
    if (worse) this.#rose('worsened', incident);
    else if (amended.length === 0) this.#series.show(incident.finding);
    for (const other of amended) if (!worse || other !== incident) this.#tell('amended', other);
  }

  /** Tells of a finding that has reached a severity, and of what this does to others. An incident is as bad as what follows from it. */
  #rose(change: 'opened' | 'worsened', incident: Incident): void {
    incident.silence(this.#silences.over(incident.finding));
    this.#series.count(incident.finding);
    this.#tell(change, incident);
    for (const other of this.#open.adopt(incident)) this.#tell('amended', other);
    const root = this.#open.rootOf(incident);
    const worst = this.#open.worst(root);
    if (severityOf(worst) <= severityOf(root.finding)) return;
    root.raise(worst.severity, this.#parts.now());
    this.#rose('worsened', root);
  }

  #resolve(incident: Incident, resolution: Resolution, now: number): void {
    incident.resolve(resolution, now);
    this.keepResolved(incident.finding);
    const left = this.#open.remove(incident);
    this.#tell('resolved', incident);
    for (const other of left) this.#tell('amended', other);
  }

  #tell(change: FindingChange['change'], { finding }: Incident): void {
    this.#revision += 1;
    if (change === 'resolved') this.#series.drop(finding.id);
    else this.#series.show(finding);
    for (const listener of this.#listeners) listener({ change, finding });
  }
}

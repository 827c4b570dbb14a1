import type { DetectorFacts, Report, VerdictSink } from '../detect/index.ts';
import type { SeriesTable } from '../series/index.ts';
import type { Finding, FindingListener, Resolution, Subject } from './finding.ts';
import { FindingSeries } from './finding-series.ts';
import type { Incident } from './incident.ts';
import { Incidents } from './incidents.ts';
import { Lifecycle } from './lifecycle.ts';
import type { FindingsOptions } from './options.ts';
import { Marks } from './marks.ts';
import { News } from './news.ts';
import { Resolved } from './resolved.ts';
import { Silences, type Silence, type SilenceDraft } from './silences.ts';
import type { Whereabouts } from './subjects.ts';

export interface FindingsParts {
  readonly table: SeriesTable;
  readonly options: FindingsOptions;
  /** All that can find something. */
  readonly detectors: readonly DetectorFacts[];
  /** What is known of ranks on this node. */
  readonly whereabouts: Whereabouts;
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
  readonly #news: News;
  readonly #marks: Marks;
  readonly #open: Incidents;
  readonly #resolved = new Resolved(() => this.#options.keep_resolved);
  readonly #lifecycle: Lifecycle;

  constructor(parts: FindingsParts) {
    const { table, options, detectors, whereabouts, instance, now } = parts;
    this.#parts = parts;
    this.#options = options;
    this.#series = new FindingSeries(
      table,
      detectors.map(({ kind }) => kind),
    );
    this.#news = new News(this.#series);
    this.#open = new Incidents({
      whereabouts,
      window: () => this.#options.consequence_window,
      over: () =>
        this.#resolved.oldestFirst.flatMap((finding) => {
          const detector = detectors.find(({ kind }) => kind === finding.kind);
          return detector === undefined ? [] : [{ detector, finding }];
        }),
    });
    this.#marks = new Marks({
      open: this.#open,
      silences: new Silences(table, instance),
      news: this.#news,
      maxSilences: () => this.#options.max_silences,
      reviewed: (changed) => {
        this.#lifecycle.silencesChanged(changed);
      },
      now,
    });
    this.#lifecycle = new Lifecycle({
      ...{ open: this.#open, resolved: this.#resolved, series: this.#series, marks: this.#marks, news: this.#news },
      ...{ maxOpen: () => this.#options.max_open, instance, now },
      hasEnded: (run) => whereabouts.endedAt(run) !== null,
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
    return this.#resolved.oldestFirst.toReversed();
  }

  get silences(): readonly Silence[] {
    return this.#marks.silences;
  }

  /** Rises with every change of a finding, a silence or a count. */
  get revision(): number {
    return this.#news.revision;
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
    this.#marks.putBack(silence);
  }

  /** Takes a resolved finding among those that are kept. */
  keepResolved(finding: Finding): void {
    this.#resolved.keep(finding);
  }

  /** Takes the counts of before a restart back. */
  putBackCounts(counts: ReturnType<FindingSeries['counted']>): void {
    for (const { kind, severity, total } of counts) this.#series.putBackCount(kind, severity, total);
  }

  /** Calls the listener at every change, until the returned function is called. */
  subscribe(listener: FindingListener): () => void {
    return this.#news.subscribe(listener);
  }

  /**
   * Findings that the silence is about do not notify until it ends, except for those that were open before and become worse.
   * @throws SilenceLimitError
   */
  silence(draft: SilenceDraft): Silence {
    return this.#marks.silence(draft);
  }

  /** Ends a silence before its time. False where there is none of that id. */
  endSilence(id: string): boolean {
    return this.#marks.endSilence(id);
  }

  /** Notes that somebody has an open finding in hand, in the place of who had it before; undefined where none of that id is open. */
  acknowledge(id: string, author: string, note: string): Finding | undefined {
    return this.#marks.acknowledge(id, author, note);
  }

  report(report: Report): void {
    this.#news.changed();
    const { detector, run, rank, uuid, witness, verdict } = report;
    const subject: Subject = { run, rank: detector.subject === 'run' ? null : rank, uuid };
    const incident = this.#open.find(detector.kind, subject);
    if (verdict.status === 'recovered') {
      incident?.calm(witness, 'recovered');
      return;
    }
    const { status: _, ...evidence } = verdict;
    if (incident === undefined) this.#lifecycle.begin(subject, report, evidence);
    else this.#lifecycle.goOn(incident, witness, evidence);
  }

  runEnded(run: string): void {
    this.#news.changed();
    for (const incident of this.#open.of(run)) {
      if (incident.detector.endsWithRun && incident.closing !== 'recovered') incident.closing = 'run_ended';
    }
  }

  /** The others may go on: what is known of their run by this rank alone is not waited for. */
  rankEnded(run: string, rank: number): void {
    this.#news.changed();
    const now = this.#parts.now();
    for (const incident of this.#open.of(run)) {
      if (incident.detector.endsWithRun) incident.leave(rank, now);
    }
  }

  rankForgotten(run: string, rank: number): void {
    this.#news.changed();
    for (const incident of this.#open.of(run)) incident.calm(rank, 'expired');
  }

  /** Its series are gone, and so are those of its findings. */
  runForgotten(run: string): void {
    this.#news.changed();
    this.#end(this.#open.of(run).map((incident) => [incident, incident.closing ?? 'run_ended']));
  }

  /** Resolves what is over by now, and ends silences. To be called every few seconds. */
  tick(): void {
    const now = this.#parts.now();
    this.#marks.expire();
    const { expire_after } = this.#options;
    const over = this.#open.all.flatMap((incident): [Incident, Resolution][] => {
      const { closing, heardAt, finding } = incident;
      if (closing !== null && now - heardAt >= this.#holdOf(incident)) return [[incident, closing]];
      return now - finding.lastEvidenceAt >= expire_after ? [[incident, 'expired']] : [];
    });
    this.#end(over);
  }

  /** Holds open findings against the silences in force: one may have ended while the exporter was down. */
  reviewSilences(): void {
    this.#marks.review();
  }

  /** Cards that are well again one after the other are told of once. */
  #holdOf(incident: Incident): number {
    const { hold, consequence_window } = this.#options;
    return this.#open.isShared(incident) ? hold + consequence_window : hold;
  }

  /** Consequences end before their causes, so that none stands for itself at the end. */
  #end(over: readonly (readonly [Incident, Resolution])[]): void {
    const isConsequence = ([{ finding }]: readonly [Incident, Resolution]) => finding.consequenceOf !== null;
    for (const [incident, resolution] of [
      ...over.filter(isConsequence),
      ...over.filter((each) => !isConsequence(each)),
    ])
      this.#lifecycle.end(incident, resolution);
  }
}

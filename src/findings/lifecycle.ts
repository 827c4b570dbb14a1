import type { Evidence, Report } from '../detect/index.ts';
import { severityOf } from './causes.ts';
import type { Resolution, Subject } from './finding.ts';
import type { FindingSeries } from './finding-series.ts';
import { Incident } from './incident.ts';
import type { Incidents } from './incidents.ts';
import type { Marks } from './marks.ts';
import type { News } from './news.ts';
import type { Resolved } from './resolved.ts';

export interface LifecycleParts {
  readonly open: Incidents;
  readonly resolved: Resolved;
  readonly series: FindingSeries;
  readonly marks: Marks;
  readonly news: News;
  readonly maxOpen: () => number;
  /** Whether no rank of a run is alive. */
  readonly hasEnded: (run: string) => boolean;
  /** Another text at every start of the exporter: the first part of every id. */
  readonly instance: string;
  /** Unix time in seconds. */
  readonly now: () => number;
}

/** How a finding begins, goes on and ends, and what that does to those that follow from it. */
export class Lifecycle {
  readonly #parts: LifecycleParts;
  #count = 0;

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
  }

  /** Evidence opens a finding; it is refused and counted where too many are open and none of them is over. */
  begin(subject: Subject, { detector, rank, witness }: Report, evidence: Evidence): void {
    const { open, series, marks, news, maxOpen, instance, now } = this.#parts;
    if (open.size >= maxOpen()) this.#makeRoom(subject.run);
    if (open.size >= maxOpen()) {
      series.countRefused(detector.kind);
      return;
    }
    this.#count += 1;
    const about = { id: `${instance}-${this.#count}`, subject, firstRank: rank };
    const incident = Incident.begin(detector, about, witness, evidence, now());
    open.add(incident);
    marks.apply(incident);
    const amended = open.attach(incident).filter((other) => other !== incident);
    this.#rose('opened', incident);
    for (const other of amended) news.tell('amended', other);
  }

  /** Further evidence for one that is open. */
  goOn(incident: Incident, witness: number | string, evidence: Evidence): void {
    const { open, series, marks, news, now } = this.#parts;
    const change = incident.add(witness, evidence, now());
    const worse = change === 'worse';
    if (worse) marks.apply(incident);
    const isLeft = this.#outlivesCause(incident);
    if (isLeft) incident.beginAnew();
    // A consequence that outlives its cause, or becomes worse than it, stands for itself.
    const amended = worse || isLeft ? open.attach(incident) : [];
    if (worse) this.#rose('worsened', incident);
    else if (change === 'amended' && !amended.includes(incident)) news.tell('amended', incident);
    else if (amended.length === 0) series.show(incident.finding);
    this.#amended(amended.filter((other) => !worse || other !== incident));
  }

  end(incident: Incident, resolution: Resolution): void {
    const { open, resolved, news, now } = this.#parts;
    incident.resolve(resolution, now());
    resolved.keep(incident.finding);
    const left = open.remove(incident);
    news.tell('resolved', incident);
    this.#amended(left);
  }

  /** Silences have begun or ended, of these findings. */
  silencesChanged(changed: readonly Incident[]): void {
    const { open } = this.#parts;
    this.#amended(open.review(changed));
    for (const incident of changed) this.#weigh(open.rootOf(incident));
  }

  /** Tells of those that have another cause now, or none, and makes their causes as bad as they are. */
  #amended(those: readonly Incident[]): void {
    const { open, news } = this.#parts;
    for (const incident of those) news.tell('amended', incident);
    for (const root of new Set(those.map((incident) => open.rootOf(incident)))) this.#weigh(root);
  }

  #outlivesCause(incident: Incident): boolean {
    const { open, resolved } = this.#parts;
    const { consequenceOf } = incident.finding;
    if (consequenceOf === null || open.findId(consequenceOf) !== undefined) return false;
    const ended = resolved.findId(consequenceOf);
    return ended === undefined || incident.outlives(ended);
  }

  /** Ends one that is kept by the hold alone, or of another run that has ended: a consequence first, which nobody is told of. */
  #makeRoom(of: string | null): void {
    const { open, hasEnded } = this.#parts;
    const isOver = ({ finding: { subject } }: Incident) =>
      subject.run !== null && subject.run !== of && hasEnded(subject.run);
    const over = open.all.filter((incident) => incident.closing !== null || isOver(incident));
    const least =
      over.find(({ closing }) => closing !== null) ??
      over.find(({ finding }) => finding.consequenceOf !== null) ??
      over[0];
    if (least !== undefined) this.end(least, least.closing ?? 'run_ended');
  }

  /** Tells of a finding that has reached a severity, and of what this does to others. */
  #rose(change: 'opened' | 'worsened', incident: Incident): void {
    const { open, series, news } = this.#parts;
    series.count(incident.finding);
    const adopted = open.adopt(incident).filter((other) => other !== incident);
    news.tell(change, incident);
    for (const other of adopted) news.tell('amended', other);
    this.#weigh(open.rootOf(incident));
  }

  /** Makes an incident as bad as what follows from it. */
  #weigh(root: Incident): void {
    const { open, marks, now } = this.#parts;
    const worst = open.worst(root);
    if (severityOf(worst) <= severityOf(root.finding)) return;
    root.raise(worst.severity, now());
    marks.apply(root);
    this.#rose('worsened', root);
  }
}

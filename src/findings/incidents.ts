import { explains, hides, isEnd, raises, severityOf, type Case } from './causes.ts';
import type { Finding, Subject } from './finding.ts';
import type { Incident } from './incident.ts';
import { distance, type Whereabouts } from './subjects.ts';

export interface IncidentsParts {
  readonly whereabouts: Whereabouts;
  /** How far apart a cause and its consequence may be seen, in seconds. */
  readonly window: () => number;
  /** What is over and may still explain something, the oldest first. */
  readonly over: () => readonly Case[];
}

/**
 * The open findings, and which of them follows from which. What another finding explains is attached to its first cause, so that
 * `consequenceOf` never names a consequence, as long as that is open. Of several causes it is the likeliest.
 */
export class Incidents {
  readonly #parts: IncidentsParts;
  readonly #byKey = new Map<string, Incident>();
  readonly #byId = new Map<string, Incident>();

  constructor(parts: IncidentsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** In the order in which they opened. */
  get all(): readonly Incident[] {
    return [...this.#byKey.values()];
  }

  find(kind: string, subject: Subject): Incident | undefined {
    return this.#byKey.get(keyOf(kind, subject));
  }

  findId(id: string): Incident | undefined {
    return this.#byId.get(id);
  }

  of(run: string): readonly Incident[] {
    return this.all.filter(({ finding }) => finding.subject.run === run);
  }

  add(incident: Incident): void {
    const { id, kind, subject } = incident.finding;
    this.#byKey.set(keyOf(kind, subject), incident);
    this.#byId.set(id, incident);
  }

  /**
   * Takes one that is over away. Gives what stood behind it and goes on: it stands for itself now, or has another cause. What was not seen to
   * go on stays behind it, and so does how a rank ended, unless for want of another rank that is back.
   */
  remove({ finding }: Incident): readonly Incident[] {
    const { id, kind, subject, resolution } = finding;
    this.#byKey.delete(keyOf(kind, subject));
    this.#byId.delete(id);
    // Of what is about to end too, nobody needs to hear.
    const left = this.#behind(id)
      .filter((incident) => incident.closing === null && incident.outlives(finding))
      .filter((incident) => !isEnd(incident) || (incident.finding.kind === kind && resolution === 'recovered'));
    for (const incident of left) {
      incident.follow(null);
      incident.beginAnew();
    }
    const staying = this.all.filter(({ closing }) => closing === null);
    return [...new Set(left.flatMap((incident) => this.attach(incident, staying)))];
  }

  /**
   * Goes by other silences, that of these findings have begun or ended: what is silenced hides nothing that speaks, and what speaks again may.
   * Gives those that have another cause now, or none.
   */
  review(changed: readonly Incident[]): readonly Incident[] {
    const unhidden = this.all.filter((incident) => {
      const root = this.rootOf(incident);
      return root !== incident && !hides(root, incident);
    });
    for (const incident of unhidden) incident.follow(null);
    const freed = unhidden.flatMap((incident) => this.attach(incident));
    const roots = [...changed, ...freed].filter((incident) => this.rootOf(incident) === incident);
    return [...new Set([...freed, ...roots.flatMap((root) => this.adopt(root))])];
  }

  /**
   * Attaches one to what is open and explains it, or to nothing. Gives it, with those that were attached to it before.
   * @param others what may explain it; after the end of a cause nothing that is about to end, too
   */
  attach(incident: Incident, others = this.all): readonly Incident[] {
    // What the machine suffers says more of a rank than that another rank suffers the same.
    // Of kinds that explain each other one may stand behind this one already.
    const causes = others.filter((other) => this.rootOf(other) !== incident && this.#explains(other, incident));
    const telling = causes
      .filter((other) => hides(this.rootOf(other), incident))
      .toSorted((one, other) => this.#byLikelihood(this.rootOf(one).finding, this.rootOf(other).finding, incident));
    const cause = telling.find(({ detector }) => detector.kind !== incident.detector.kind) ?? telling[0];
    if (cause !== undefined) return this.#follow(incident, cause);
    // What is silenced or over hides nothing, and may still be the reason.
    const reason = causes[0] ?? this.#parts.over().findLast((other) => this.#explains(other, incident));
    incident.follow(null, reason);
    return [incident];
  }

  /**
   * Attaches to a cause what was seen before it, and what is attached to that. What has another cause stays with it, unless that is of its own
   * kind. Gives those that changed.
   */
  adopt(cause: Incident): readonly Incident[] {
    const root = this.rootOf(cause);
    return this.all
      .filter((other) => other !== root && other.finding.consequenceOf !== root.finding.id)
      .filter((other) => hides(root, other) && this.#explains(cause, other) && !this.#isExplained(other, cause))
      .flatMap((other) => this.#follow(other, cause));
  }

  /** Whether other cards go on to suffer with that of an incident. */
  isShared(incident: Incident): boolean {
    return this.#otherCards(incident).size > 0;
  }

  /** Of a consequence, its cause; of all else, itself. */
  rootOf(incident: Incident): Incident {
    const { consequenceOf } = incident.finding;
    return (consequenceOf === null ? undefined : this.#byId.get(consequenceOf)) ?? incident;
  }

  /** The worst of what an incident is and of what follows from it and makes it as bad. */
  worst(root: Incident): Finding {
    return [root, ...this.#behind(root.finding.id).filter((incident) => raises(incident, root))]
      .map(({ finding }) => finding)
      .reduce((worst, finding) => (severityOf(finding) > severityOf(worst) ? finding : worst));
  }

  /** Attaches one, with what is attached to it, to what a cause of it follows from. */
  #follow(incident: Incident, cause: Incident): readonly Incident[] {
    const root = this.rootOf(cause);
    const behind = this.#behind(incident.finding.id);
    for (const follower of behind) follower.follow(root.finding.id, nearest(incident, root));
    incident.follow(root.finding.id, nearest(cause, root));
    const followers = [incident, ...behind];
    const isNews = [root.share(this.#otherCards(root).size), ...followers.map((each) => root.lead(each))].includes(
      true,
    );
    return isNews ? [...followers, root] : followers;
  }

  /** Whether one has a cause that says no less of it than this one. What is as near may be worse, and changes nothing. */
  #isExplained(incident: Incident, cause: Incident): boolean {
    const root = this.rootOf(incident);
    const own = incident.detector.kind;
    if (root === incident) return false;
    if (cause.detector.kind === own || root.detector.kind === own) return cause.detector.kind === own;
    const found = this.rootOf(cause).finding;
    return found.severity === 'info' || this.#distance(found, incident) >= this.#distance(root.finding, incident);
  }

  /** What people hear of anyway before what would wake nobody, what is near before what is the same for many, the worse, the older. */
  #byLikelihood(one: Finding, other: Finding, incident: Incident): number {
    const remark = ({ severity }: Finding) => Number(severity === 'info');
    return (
      remark(one) - remark(other) ||
      this.#distance(one, incident) - this.#distance(other, incident) ||
      severityOf(other) - severityOf(one)
    );
  }

  #distance({ subject }: Finding, { finding }: Incident): number {
    return distance(subject, finding.subject, this.#parts.whereabouts);
  }

  /** The cards that suffer with that of a root, and go on. */
  #otherCards(root: Incident): ReadonlySet<string | null> {
    const others = this.#behind(root.finding.id).filter((each) => isOtherCard(each, root) && each.closing === null);
    return new Set(others.map(({ finding }) => finding.subject.uuid));
  }

  #behind(id: string): readonly Incident[] {
    return this.all.filter(({ finding }) => finding.consequenceOf === id);
  }

  #explains(cause: Case, consequence: Incident): boolean {
    return explains(cause, consequence, this.#parts.window(), this.#parts.whereabouts);
  }
}

/** What tells a consequence most: of several cards its own, and not the first of them. */
function nearest(cause: Incident, root: Incident): Incident {
  return isOtherCard(cause, root) ? cause : root;
}

function isOtherCard({ detector, finding: { subject } }: Incident, root: Incident): boolean {
  return detector.subject === 'gpu' && root.detector.subject === 'gpu' && subject.uuid !== root.finding.subject.uuid;
}

/** JSON keeps apart what a separator within a run's name could join. */
function keyOf(kind: string, subject: Subject): string {
  return JSON.stringify([kind, subject.run, subject.rank, subject.uuid]);
}

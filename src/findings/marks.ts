import type { Finding } from './finding.ts';
import type { Incident } from './incident.ts';
import type { Incidents } from './incidents.ts';
import type { News } from './news.ts';
import type { Silence, SilenceDraft, Silences } from './silences.ts';

export interface MarksParts {
  readonly open: Incidents;
  readonly silences: Silences;
  readonly news: News;
  readonly maxSilences: () => number;
  /** Told which findings have fallen silent or speak again. */
  readonly reviewed: (changed: readonly Incident[]) => void;
  /** Unix time in seconds. */
  readonly now: () => number;
}

/** What people say of findings: that they want to hear nothing of some, and that they have one in hand. */
export class Marks {
  readonly #parts: MarksParts;

  constructor(parts: MarksParts) {
    this.#parts = parts;
  }

  get silences(): readonly Silence[] {
    return this.#parts.silences.active;
  }

  /** @throws SilenceLimitError */
  silence(draft: SilenceDraft): Silence {
    const { silences, now, maxSilences } = this.#parts;
    const silence = silences.create(draft, now(), maxSilences());
    this.review();
    return silence;
  }

  /** False where there is none of that id. */
  endSilence(id: string): boolean {
    const ended = this.#parts.silences.end(id);
    if (ended) this.review();
    return ended;
  }

  /** Takes a silence of before a restart back. */
  putBack(silence: Silence): void {
    this.#parts.silences.putBack(silence);
  }

  /** Ends silences whose time is over. */
  expire(): void {
    if (this.#parts.silences.expire(this.#parts.now())) this.review();
  }

  /** Holds a finding that has reached a severity against the silences in force. */
  apply(incident: Incident): void {
    incident.silence(this.#parts.silences.over(incident.finding));
  }

  /** Holds open findings against the silences in force, and tells of those that have fallen silent or speak again. */
  review(): void {
    const { open, silences, news, now, reviewed } = this.#parts;
    silences.expire(now());
    news.changed();
    const changed = open.all.filter(({ finding }) => silences.over(finding) !== finding.silencedBy);
    for (const incident of changed) {
      this.apply(incident);
      news.tell(incident.finding.silencedBy === null ? 'unsilenced' : 'silenced', incident);
    }
    reviewed(changed);
  }

  /** Undefined where no finding of that id is open. */
  acknowledge(id: string, author: string, note: string): Finding | undefined {
    const { open, news, now } = this.#parts;
    const incident = open.findId(id);
    if (incident === undefined) return undefined;
    incident.acknowledge({ author, note, at: now() });
    news.tell('acknowledged', incident);
    return incident.finding;
  }
}

import type { DetectorFacts } from '../detect/index.ts';
import { counter, gauge, type Row, type SeriesTable } from '../series/index.ts';
import type { Finding } from './finding.ts';

/** Findings of which nobody wants to be told for a time. `*` stands for all, those without one included. */
export interface SilenceScope {
  readonly run: string;
  readonly kind: string;
  readonly rank: number | '*';
  readonly uuid: string;
}

/** A kind of findings, and what those are of. */
export type Kind = Pick<DetectorFacts, 'kind' | 'subject'>;

type Name = 'run' | 'rank' | 'uuid';

const named: Readonly<Record<Kind['subject'], readonly Name[]>> = {
  run: ['run'],
  rank: ['run', 'rank'],
  gpu: ['uuid'],
  node: [],
  series: ['run', 'rank', 'uuid'],
};

/** What a silence names that findings of its kind have not, so that it would hold none; undefined where it may hold some. */
export function unheld(scope: SilenceScope, { subject }: Kind): Name | undefined {
  return (['run', 'rank', 'uuid'] as const).find((name) => scope[name] !== '*' && !named[subject].includes(name));
}

export interface SilenceDraft extends SilenceScope {
  /** Unix seconds. */
  readonly expiresAt: number;
  readonly author: string;
  readonly comment: string;
}

export interface Silence extends SilenceDraft {
  readonly id: string;
  readonly createdAt: number;
}

export const silenceMetrics = {
  silences: gauge('gradwatch_finding_silences', { help: 'Silences of findings that are in force' }),
  refused: counter('gradwatch_finding_silences_refused_total', {
    help: 'Silences that were refused because findings.max_silences were in force',
  }),
} as const;

/** There are as many silences as there may be. */
export class SilenceLimitError extends Error {
  override readonly name = 'SilenceLimitError';
  readonly limit: number;

  constructor(limit: number) {
    super(
      `${limit} silences are in force, the limit of findings.max_silences; end one that is no longer needed, or raise the limit`,
    );
    this.limit = limit;
  }
}

/** The silences in force. They end by {@link Silences.expire} or by hand. */
export class Silences {
  readonly #row: Row<keyof typeof silenceMetrics>;
  readonly #instance: string;
  readonly #active = new Map<string, Silence>();
  #count = 0;

  /** @param instance another text at every start of the exporter, the first part of every id */
  constructor(table: SeriesTable, instance: string) {
    this.#row = table.group([], silenceMetrics).row({});
    this.#row.set('refused', 0);
    this.#instance = instance;
    this.#show();
  }

  /** In the order in which they were created. */
  get active(): readonly Silence[] {
    return [...this.#active.values()];
  }

  /** @throws SilenceLimitError */
  create(draft: SilenceDraft, now: number, limit: number): Silence {
    if (this.#active.size >= limit) {
      this.#row.add('refused');
      throw new SilenceLimitError(limit);
    }
    this.#count += 1;
    const silence = { ...draft, id: `${this.#instance}-silence-${this.#count}`, createdAt: now };
    this.putBack(silence);
    return silence;
  }

  /** Takes one of before a restart back. */
  putBack(silence: Silence): void {
    this.#active.set(silence.id, silence);
    this.#show();
  }

  /** False where there is no such silence in force. */
  end(id: string): boolean {
    const ended = this.#active.delete(id);
    this.#show();
    return ended;
  }

  /** Ends those whose time is over. True when there were any. */
  expire(now: number): boolean {
    return this.active.filter(({ expiresAt }) => expiresAt <= now).map(({ id }) => this.end(id)).length > 0;
  }

  /** The silence that holds a finding, the oldest of several; null where there is none. */
  over(finding: Finding): string | null {
    for (const silence of this.#active.values()) if (holds(silence, finding)) return silence.id;
    return null;
  }

  #show(): void {
    this.#row.set('silences', this.#active.size);
  }
}

/** A silence says nothing of what became worse since than it was when somebody silenced it; what begins under it may become as bad as it is. */
function holds(
  { run, kind, rank, uuid, createdAt }: Silence,
  { subject, kind: found, openedAt, worsenedAt }: Finding,
): boolean {
  if (openedAt <= createdAt && worsenedAt !== null && worsenedAt > createdAt) return false;
  return (
    (run === '*' || run === subject.run) &&
    (kind === '*' || kind === found) &&
    (rank === '*' || rank === subject.rank) &&
    (uuid === '*' || uuid === subject.uuid)
  );
}

import type { Row } from '../series/index.ts';
import { rankStates, type EndState, type RankState } from './observation.ts';
import type { SavedRank } from './saved-rank.ts';
import type { RankKey } from './shown-step.ts';

/** How far findings about a rank or its run impair it. */
export const conditions = ['healthy', 'degraded', 'failing'] as const;
export type Condition = (typeof conditions)[number];

export interface StandingParts {
  readonly row: Row<RankKey>;
  /** How far findings about the run impair it. */
  readonly ofRun: () => Condition;
  /** Told of every move to another state, and of every end. */
  readonly moved: (from: RankState | null, reason: string) => void;
}

/** How a rank stands: the worst of what is known of its process and of what is found about it. */
export class Standing {
  readonly #parts: StandingParts;
  #state: RankState | null = null;
  #ended: EndState | null = null;
  #endedAt: number | null = null;
  /** Since when the process is waited for that spoke before a restart of the exporter, Unix seconds; null while it is not. */
  #awaited: number | null = null;
  #calledAt: number | null = null;
  /** Seconds for which it may be silent then; null where it is what is usual. */
  #patience: number | null = null;
  /** The process that speaks now has reported a step, or what it served. */
  #stepped = false;
  #condition: Condition = 'healthy';
  /** Its process is alive and takes no further step. */
  #stalled = false;

  constructor(parts: StandingParts) {
    this.#parts = parts;
  }

  get state(): RankState {
    return this.#state ?? 'initializing';
  }

  /** Unix seconds; null while the rank is alive. */
  get endedAt(): number | null {
    return this.#endedAt;
  }

  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  /** Since when its process is waited for, which spoke before a restart of the exporter, Unix seconds; null while it is not. */
  get awaitedSince(): number | null {
    return this.#awaited;
  }

  /** When its process spoke last, Unix seconds, where it does so in single calls or files; null where it holds a stream open. */
  get calledAt(): number | null {
    return this.#calledAt;
  }

  /** Its process is alive and holds a stream open. */
  get isHeard(): boolean {
    return this.#ended === null && this.#awaited === null && this.#calledAt === null;
  }

  /** A process speaks: the same as before (`resumed`), or a new one. {@link refresh} is to follow. */
  join(resumed: boolean): void {
    this.#ended = null;
    this.#endedAt = null;
    this.#awaited = null;
    this.#calledAt = null;
    this.#patience = null;
    this.#stalled = false;
    if (!resumed) this.#stepped = false;
  }

  /** It does what it is for. */
  begin(reason: string): void {
    if (this.#stepped) return;
    this.#stepped = true;
    this.refresh(reason);
  }

  end(state: EndState, time: number, reason: string): void {
    this.#ended = state;
    this.#endedAt = time;
    this.#stalled = false;
    this.refresh(reason, true);
  }

  /** @param patience seconds of silence after which it is incomplete, where it is not as usual */
  called(time: number, patience: number | null): void {
    this.#calledAt = time;
    this.#patience = patience;
  }

  setCondition(condition: Condition): void {
    this.#condition = condition;
    this.conditionChanged();
  }

  /** Its own condition or that of its run is another now. */
  conditionChanged(): void {
    this.refresh('what findings say of it has changed');
  }

  setStalled(stalled: boolean): void {
    this.#stalled = stalled;
    this.refresh(stalled ? 'it takes no further step' : 'it takes steps again');
  }

  /** How it is to end for not having come back since a restart of the exporter by `limit`, Unix seconds; null while it need not. */
  overdue(limit: number): EndState | null {
    if (this.#awaited === null || this.#awaited > limit) return null;
    this.#awaited = null;
    return this.#calledAt === null ? 'lost' : 'incomplete';
  }

  /** Whether it speaks in calls or files and has been silent too long. */
  isSilent(usualPatience: number, time: number): boolean {
    if (this.#calledAt === null || this.#ended !== null) return false;
    return time - this.#calledAt >= (this.#patience ?? usualPatience);
  }

  save(): Pick<SavedRank, 'stepped' | 'calledAt' | 'ended'> {
    return {
      stepped: this.#stepped,
      calledAt: this.#calledAt,
      ended: this.#ended === null || this.#endedAt === null ? null : { state: this.#ended, at: this.#endedAt },
    };
  }

  /** Takes back what was saved. A rank that had not ended is waited for. */
  restore({ stepped, calledAt, ended }: Pick<SavedRank, 'stepped' | 'calledAt' | 'ended'>, time: number): void {
    this.#stepped = stepped;
    // An older snapshot has none.
    this.#calledAt = typeof calledAt === 'number' ? time : null;
    this.#ended = ended?.state ?? null;
    this.#endedAt = ended === null ? null : Math.min(ended.at, time);
    this.#awaited = ended === null ? time : null;
    this.#state = this.#worst();
    this.#parts.row.setState('state', this.#state);
  }

  /**
   * Shows the state that follows from what is known now.
   * @param over it has ended, which is told also when it was in that state before: incomplete since a restart of the exporter
   */
  refresh(reason: string, over = false): void {
    const state = this.#worst();
    if (state === this.#state && !over) return;
    const from = this.#state;
    this.#state = state;
    this.#parts.row.setState('state', state);
    this.#parts.moved(from, reason);
  }

  #worst(): RankState {
    if (this.#ended !== null) return this.#ended;
    if (this.#awaited !== null) return 'incomplete';
    const state = this.#stepped ? worst(this.#condition, this.#parts.ofRun()) : 'initializing';
    return this.#stalled ? worst('stalled', state) : state;
  }
}

/** The worse of two states, by the order of {@link rankStates}. */
export function worst<State extends RankState>(one: State, other: State): State {
  return rankStates.indexOf(one) >= rankStates.indexOf(other) ? one : other;
}

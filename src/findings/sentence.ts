import type { Evidence } from '../detect/index.ts';
import { firstClause, joinedCause, withOthers, type Told } from './joined-cause.ts';
import { Origin, type OriginState } from './origin.ts';

/** What a sentence is made of, as it outlives the exporter. */
export interface SentenceState {
  /** The cause without what is joined to it. */
  readonly words: string;
  /** Where it began among ranks; null where that is no matter. */
  readonly origin: OriginState | null;
  /** What followed from it first for a rank, before that for a run; null as long as nothing did. */
  readonly effect: Effect | null;
  /** What it follows from, where that is of another subject. */
  readonly reason: Told | null;
  /** How many further cards suffered the same from then on. */
  readonly alike: number;
}

interface Effect extends Told {
  readonly ofRank: boolean;
}

/** The cause of a finding in words: what its evidence says, with where it began, who else suffers it, and what it follows from or leads to. */
export class Sentence {
  #words: string;
  #origin: Origin | null;
  #effect: Effect | null;
  #reason: Told | null;
  #alike: number;

  constructor({ words, origin, effect, reason, alike }: SentenceState) {
    this.#words = words;
    this.#origin = origin === null ? null : new Origin(origin);
    this.#effect = effect;
    this.#reason = reason;
    this.#alike = alike;
  }

  static of(witness: number | string, evidence: Evidence): Sentence {
    const origin = Origin.of(witness, evidence)?.state ?? null;
    return new Sentence({ words: evidence.cause, origin, effect: null, reason: null, alike: 0 });
  }

  get state(): SentenceState {
    return {
      words: this.#words,
      origin: this.#origin?.state ?? null,
      effect: this.#effect,
      reason: this.#reason,
      alike: this.#alike,
    };
  }

  get words(): string {
    return this.#words;
  }

  /** All of it. @param openedAt of its finding, in Unix seconds */
  text(openedAt: number): string {
    const own = this.#origin?.added(this.#words) ?? this.#words;
    const words = this.#alike === 0 ? own : withOthers(own, this.#alike);
    const joined = this.#reason ?? this.#effect;
    return joined === null ? words : joinedCause({ words, openedAt }, joined);
  }

  /** The rank on which it began; `told` where that is no matter. */
  firstRank(told: number | null): number | null {
    return this.#origin === null ? told : this.#origin.rank;
  }

  /** Takes further evidence of where it began. What comes after it was over began anew. */
  began(witness: number | string, evidence: Evidence, isAnew: boolean): void {
    if (isAnew) this.#origin = Origin.of(witness, evidence);
    else this.#origin?.take(witness, evidence);
  }

  /** Says something else from now on, in the words of this witness. */
  say(words: string, witness: number | string | null): void {
    this.#words = words;
    if (witness !== null) this.#origin?.told(witness);
  }

  follow(reason: Told | null): void {
    this.#reason = reason;
  }

  /** @returns whether it tells of that; of a rank before that of a run */
  lead(words: string, openedAt: number, ofRank: boolean): boolean {
    if (this.#effect !== null && (this.#effect.ofRank || !ofRank)) return false;
    this.#effect = { words: firstClause(words), openedAt, ofRank };
    return true;
  }

  /** @returns whether they are more than before */
  share(alike: number): boolean {
    if (alike <= this.#alike) return false;
    this.#alike = alike;
    return true;
  }
}

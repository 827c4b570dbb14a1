import type { Evidence } from '../detect/index.ts';

type Witness = number | string;
type Known = Pick<Evidence, 'origin' | 'step'>;

/** What is to be known to go on after a restart. */
export interface OriginState extends Sign {
  readonly alone: boolean;
  readonly told: Witness;
}

/** Evidence of one rank. */
interface Sign {
  readonly witness: Witness;
  readonly step: number;
  /** It is of what this rank has for itself, and not of what all ranks share. */
  readonly own: boolean;
}

/**
 * Where among the ranks of a run something began: the evidence of the lowest step, for ranks report in batches and not in the order of
 * their steps; of one step, what a rank has for itself before what all ranks share.
 */
export class Origin {
  #first: Sign;
  /** No other rank had the same at that step. */
  #alone: boolean;
  /** Whose words the finding tells. */
  #told: Witness;

  constructor({ alone, told, ...first }: OriginState) {
    this.#first = first;
    this.#alone = alone;
    this.#told = told;
  }

  /** Null for evidence of which it is no matter. */
  static of(witness: Witness, evidence: Known): Origin | null {
    const sign = signOf(witness, evidence);
    return sign === null ? null : new Origin({ ...sign, alone: true, told: witness });
  }

  get state(): OriginState {
    return { ...this.#first, alone: this.#alone, told: this.#told };
  }

  take(witness: Witness, evidence: Known): void {
    const sign = signOf(witness, evidence);
    if (sign === null) return;
    const ahead = this.#first.step - sign.step || Number(sign.own) - Number(this.#first.own);
    if (ahead > 0) {
      this.#first = sign;
      this.#alone = true;
    } else if (ahead === 0 && witness !== this.#first.witness) this.#alone = false;
  }

  /** The finding tells the words of this rank from now on. */
  told(witness: Witness): void {
    this.#told = witness;
  }

  /** The rank on which it began; null where several ranks had it alike. */
  get rank(): number | null {
    const { witness } = this.#first;
    return this.#alone && typeof witness === 'number' ? witness : null;
  }

  /** A sentence about another rank with that in it: "Rank 0 reported loss NaN at step 216; it began on rank 1, at step 215." */
  added(words: string): string {
    const { rank } = this;
    const { own, step } = this.#first;
    if (!own || rank === null || this.#told === rank) return words;
    return `${words.replace(/\.$/, '')}; it began on rank ${rank}, at step ${step}.`;
  }
}

function signOf(witness: Witness, { origin, step }: Known): Sign | null {
  return origin === undefined || step === null ? null : { witness, step, own: origin === 'own' };
}

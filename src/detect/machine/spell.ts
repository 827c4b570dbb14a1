import { duration } from '../../config/index.ts';
import { quiet, type Evidence, type Verdict } from '../detector.ts';

/** Seconds without a look after which nobody knows what was in between. */
const blindSeconds = 120;

/** How long something must hold, and how long not, before it is told. */
export interface Patience {
  readonly after: number;
  readonly calm: number;
}

/** The options of a {@link Patience}. */
export function patience(after: string, calm: string) {
  return {
    after: duration({ default: after, min: '0s', max: '1d', help: 'How long it must hold before it is told' }),
    calm: duration({ default: calm, min: '0s', max: '1d', help: 'How long it must be over before it is recovered' }),
  };
}

/** What is to be said of something without steps. */
export type Found = Pick<Evidence, 'severity' | 'score' | 'threshold' | 'cause' | 'advice'> &
  Partial<Pick<Evidence, 'baseline' | 'window' | 'happenedAt'>>;

/**
 * Something that holds for a while: evidence from when it has held for `after` without a break, recovery when it has not held for
 * `calm`. Recovery is told once at the beginning too: what was found before a restart of the exporter waits for it.
 */
export class Spell {
  private since: number | null = null;
  private calmSince: number | null = null;
  private lastAt: number | null = null;
  private told = false;
  private recovered = false;

  /**
   * @param time Unix seconds
   * @param holds null where it cannot be told: nothing changes
   * @param found what is to be said when it has held for so many seconds
   */
  judge(time: number, holds: boolean | null, { after, calm }: Patience, found: (seconds: number) => Found): Verdict {
    if (holds === null) return quiet;
    const blind = this.lastAt !== null && time - this.lastAt > blindSeconds;
    this.lastAt = time;
    if (blind) this.calmSince = null;
    if (blind && !this.told) this.since = null;
    if (holds) {
      this.calmSince = null;
      this.since ??= time;
      if (!this.told && time - this.since < after) return quiet;
      this.told = true;
      this.recovered = false;
      return {
        status: 'evidence',
        firstStep: null,
        step: null,
        baseline: null,
        window: 0,
        ...found(time - this.since),
      };
    }
    if (!this.told) this.since = null;
    this.calmSince ??= time;
    if (this.recovered || time - this.calmSince < calm) return quiet;
    this.since = null;
    this.told = false;
    this.recovered = true;
    return { status: 'recovered', step: null };
  }
}

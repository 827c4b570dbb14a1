import { RecentSteps, type RankProgress } from '../runs/index.ts';
import { SlidingWindow } from '../stats/index.ts';

/** Times of steps that are kept, as many as the exporter keeps of a live rank. */
const kept = 128;
/** Rows from which it is known how long a step takes. */
const known = 5;

/** One rank of a recording: its last steps, and how it gets on from row to row. */
export class RecordedRank {
  readonly rank: number;
  readonly steps = new RecentSteps();
  /** Seconds of a step, on the clock of the recording. */
  readonly #paces = new SlidingWindow(kept);
  #taken = 0;
  #since: number;
  #steppedAt: number | null = null;
  /** Steps from the row before to the one that comes next. */
  #stride = 1;

  constructor(rank: number, now: number) {
    this.rank = rank;
    this.#since = now;
  }

  /** When it took its last step; null before that. */
  get steppedAt(): number | null {
    return this.#steppedAt;
  }

  /** Its next row is of this step: a recording may leave steps out, and each of these takes its time. */
  awaits(step: number): void {
    const newest = this.steps.newest?.step;
    if (newest !== undefined && step > newest) this.#stride = step - newest;
  }

  /** A row of it was taken, which may be the first one of a step. */
  took(now: number, isStep: boolean): void {
    this.#since = now;
    if (!isStep) return;
    if (this.#steppedAt !== null && now > this.#steppedAt) this.#paces.push((now - this.#steppedAt) / this.#stride);
    this.#steppedAt = now;
    this.#taken += 1;
  }

  /**
   * @param evaluates whether the time until the next row is that of an evaluation, of which the row tells
   * @param uuid of the GPU on which it computes
   */
  progress(now: number, evaluates: boolean, uuid: string | null): RankProgress {
    // How much of the time until then goes to steps that have no row, nobody can say yet.
    const isOpaque = this.#stride > 1 && this.#taken < known;
    return {
      rank: this.rank,
      uuid,
      step: this.steps.newest?.step ?? null,
      steps: this.#taken,
      idle: now - this.#since,
      usual: this.#paces.size === 0 ? null : this.#paces.quantile(0.99) * this.#stride,
      phase: isOpaque ? 'idle' : evaluates ? 'evaluation' : null,
    };
  }
}

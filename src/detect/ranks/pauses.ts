import type { RankProgress } from '../../runs/index.ts';

/** Pauses that are kept. */
const kept = 4;
/** A pause may take so many times as long as one like it did. */
const longer = 1.5;
/** Share of the distance between two pauses by which the next may come sooner or later. */
const inexact = 0.05;

/**
 * Times in which no rank of a run took a step and after which the same processes went on: evaluations of which nobody tells, checkpoints,
 * samples that are written. The next one may take about as long, all the more where it comes at the same distance.
 */
export class Pauses {
  /** After which steps they came and how many seconds they took, the latest first. */
  private readonly steps = new Float64Array(kept);
  private readonly seconds = new Float64Array(kept);
  /** The one that goes on: after which step, how many steps the processes had taken, and for how long by now. */
  private step = -1;
  private taken = 0;
  private lasts = 0;

  /** @param isLate whether a rank takes longer than a step may */
  take(ranks: readonly RankProgress[], isLate: (rank: RankProgress) => boolean): void {
    const begun = ranks.filter(({ step }) => step !== null);
    const step = Math.max(-1, ...begun.map((rank) => rank.step ?? -1));
    const taken = Math.max(0, ...begun.map((rank) => rank.steps));
    if (this.step >= 0 && (step !== this.step || taken !== this.taken)) {
      // Where another process goes on, it was no pause.
      if (step > this.step && taken > this.taken) this.learn();
      this.step = -1;
      this.lasts = 0;
    }
    if (begun.length === 0 || !begun.every(isLate)) return;
    this.step = step;
    this.taken = taken;
    this.lasts = Math.max(this.lasts, Math.min(...begun.map(({ idle }) => idle)));
  }

  /** How long a pause may take wherever it comes, in seconds; 0 where none is known. */
  get anywhere(): number {
    return longer * Math.max(...this.seconds);
  }

  /** How long a pause may take after this step, as far from the last one as that was from one before, or from the start; 0 where none is known. */
  after(step: number): number {
    let most = 0;
    this.steps.forEach((last, at) => {
      for (const before of this.steps.subarray(at + 1)) {
        const distance = last - before;
        if (distance > 0 && Math.abs(step - last - distance) <= Math.max(1, inexact * distance))
          most = Math.max(most, longer * (this.seconds[at] ?? 0));
      }
    });
    return most;
  }

  private learn(): void {
    this.steps.copyWithin(1, 0);
    this.seconds.copyWithin(1, 0);
    this.steps[0] = this.step;
    this.seconds[0] = this.lasts;
  }
}

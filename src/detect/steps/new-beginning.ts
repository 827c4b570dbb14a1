import type { Observation } from '../../runs/index.ts';

/** Share of the way since the first step that is the beginning of a run: norms sink many times over there, and hardly after it. */
const early = 1 / 16;

/**
 * Tells a run that begins again, as a job does that died before its first checkpoint, from one that goes on from a checkpoint, be it the last
 * one or some before that: there the run is much as it was when it was left. In its early steps it is not, and its late ones say nothing of them.
 */
export class NewBeginning {
  private first = -1;
  private last = -1;

  /** True at the observation with which the run begins again. */
  observe({ step, wentBack }: Observation): boolean {
    if (this.first < 0) this.first = step;
    const isNew = wentBack && step - this.first < early * (this.last - this.first);
    this.first = Math.min(this.first, step);
    this.last = step;
    return isNew;
  }
}

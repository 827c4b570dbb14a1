import type { Observation } from '../../runs/index.ts';

/**
 * Tells a run that begins again from one that goes on from its last checkpoint. Of checkpoints at equal distances the last one lies in
 * the later half of the way since the first step, where a run is much as it was when it was left. One that goes back by more than half
 * of its way, as a job does that died before its first checkpoint, is in its early steps again, of which its late ones say nothing.
 */
export class NewBeginning {
  private first = -1;
  private last = -1;

  /** True at the observation with which the run begins again. */
  observe({ step, wentBack }: Observation): boolean {
    if (this.first < 0) this.first = step;
    const isNew = wentBack && step - this.first < (this.last - this.first) / 2;
    this.first = Math.min(this.first, step);
    this.last = step;
    return isNew;
  }
}

import { quiet, type Verdict } from './detector.ts';

/** From the first point that was out of order to the point at which calm has lasted long enough. Points without steps have null. */
export class Episode<Step extends number | null = number> {
  private disturbance = false;
  private firstStep: number | null = null;
  private inOrder = 0;

  get open(): boolean {
    return this.disturbance;
  }

  /** A point is out of order. Gives the first step of the episode that it belongs to. */
  disturbed(step: Step): Step {
    this.inOrder = 0;
    if (!this.disturbance) this.firstStep = step;
    this.disturbance = true;
    return this.firstStep as Step;
  }

  /** A point is in order: recovered when it is the last of `enough` such points in a row. */
  calm(step: Step, enough: number): Verdict {
    if (!this.disturbance) return quiet;
    this.inOrder += 1;
    if (this.inOrder < enough) return quiet;
    this.disturbance = false;
    this.firstStep = null;
    this.inOrder = 0;
    return { status: 'recovered', step };
  }
}

import { quiet, type Verdict } from './detector.ts';

/** From the first point that was out of order to the point at which calm has lasted long enough. */
export class Episode {
  private firstStep: number | null = null;
  private inOrder = 0;

  get open(): boolean {
    return this.firstStep !== null;
  }

  /** A point is out of order. Gives the first step of the episode that it belongs to. */
  disturbed(step: number): number {
    this.inOrder = 0;
    return (this.firstStep ??= step);
  }

  /** A point is in order: recovered when it is the last of `enough` such points in a row. */
  calm(step: number, enough: number): Verdict {
    if (this.firstStep === null) return quiet;
    this.inOrder += 1;
    if (this.inOrder < enough) return quiet;
    this.firstStep = null;
    this.inOrder = 0;
    return { status: 'recovered', step };
  }
}

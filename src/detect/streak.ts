import type { Verdict } from './detector.ts';
import { Episode } from './episode.ts';

/** Points out of order in a row, which make an episode once there are enough of them. */
export class Streak {
  private readonly episode = new Episode();
  private length = 0;
  private since = 0;

  get open(): boolean {
    return this.episode.open;
  }

  /** A point is out of order. Gives the first step of the episode, null while there are fewer than `enough` in a row. */
  disturbed(step: number, enough: number): number | null {
    this.length += 1;
    if (this.length === 1) this.since = step;
    return this.length < enough ? null : this.episode.disturbed(this.since);
  }

  /** A point is in order: recovered when it is the last of `enough` such points in a row. */
  calm(step: number, enough: number): Verdict {
    this.length = 0;
    return this.episode.calm(step, enough);
  }

  /** What came before no longer counts; an open episode stays open. */
  restart(): void {
    this.length = 0;
  }
}

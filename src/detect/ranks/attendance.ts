import { ByRank } from './by-rank.ts';
import type { StepRow } from './step-board.ts';

/**
 * Which ranks of a group are known to tell, and whether all of them told of a step. An extreme over ranks, such as the least wait, is
 * another quantity where the rank that sets it is not heard. It outlives the exporter: see StepDetector.
 */
export class Attendance {
  /** Of each known rank the steps in a row, up to the last one given, of which it did not tell. */
  private readonly known = new ByRank(() => ({ missed: 0 }));

  /**
   * Takes the next step.
   *
   * @param patience steps in a row that a rank may miss; after them it is no longer known
   * @returns whether all known ranks told of it, and whether they are others than before: a rank is new, or no longer known
   */
  take(row: StepRow<unknown>, patience: number): { readonly complete: boolean; readonly changed: boolean } {
    const before = new Set([...this.known].map(([rank]) => rank));
    const changed = [...row.keys()].some((rank) => !before.has(rank));
    for (const rank of row.keys()) this.known.of(rank).missed = 0;
    const absent = [...this.known].filter(([rank]) => !row.has(rank));
    for (const [, each] of absent) each.missed += 1;
    const gone = absent.filter(([, { missed }]) => missed > patience);
    for (const [rank] of gone) this.known.delete(rank);
    return { complete: absent.length === gone.length, changed: changed || gone.length > 0 };
  }

  /** A rank will say nothing more. */
  forget(rank: number): void {
    this.known.delete(rank);
  }
}

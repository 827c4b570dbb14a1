/** Steps that may wait for their last ranks. A rank that is further behind is not waited for until it speaks again. */
const maxPending = 32;

/** What each rank told of one step, by rank. */
export type StepRow<Value> = ReadonlyMap<number, Value>;

/**
 * Brings together what ranks report of the same step. Ranks send in batches, and one may be many steps ahead: only values of the same
 * step can be compared.
 */
export class StepBoard<Value> {
  readonly #pending = new Map<number, Map<number, Value>>();
  /** The last step of each rank. */
  readonly #last = new Map<number, number>();
  /** Up to here all steps were given. */
  #given = -1;

  /**
   * Takes the value of a rank for a step, in place of one that it told before. Gives the steps that are complete by now, lowest first:
   * every rank that is not far behind has told them.
   */
  put(step: number, rank: number, value: Value): readonly (readonly [step: number, row: StepRow<Value>])[] {
    this.#last.set(rank, step);
    // Too late: the others were compared without it.
    if (step <= this.#given) return [];
    const row = this.#pending.get(step) ?? new Map<number, Value>();
    row.set(rank, value);
    this.#pending.set(step, row);
    if (this.#pending.size > maxPending) this.#leaveBehind(Math.min(...this.#pending.keys()));
    const complete: [number, StepRow<Value>][] = [];
    for (const [pending, told] of this.#pending) {
      if (this.#isComplete(pending, told)) complete.push([pending, told]);
    }
    complete.sort(([one], [other]) => one - other);
    for (const [done] of complete) {
      this.#pending.delete(done);
      this.#given = Math.max(this.#given, done);
    }
    return complete;
  }

  /** A rank will say nothing more. */
  forget(rank: number): void {
    this.#last.delete(rank);
  }

  /** The worker went back: what it told of later steps is void. */
  rewind(rank: number, step: number): void {
    for (const [pending, row] of this.#pending) {
      if (pending >= step) row.delete(rank);
      if (row.size === 0) this.#pending.delete(pending);
    }
    this.#last.delete(rank);
    this.#given = Math.min(this.#given, step - 1);
  }

  #leaveBehind(step: number): void {
    for (const [rank, last] of this.#last) if (last < step) this.#last.delete(rank);
  }

  #isComplete(step: number, row: StepRow<Value>): boolean {
    for (const [rank, last] of this.#last) {
      // A rank that is past a step that it did not tell will not tell it any more.
      if (last < step && !row.has(rank)) return false;
    }
    return true;
  }
}

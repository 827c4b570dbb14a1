import { restoreState } from '../../snapshot/index.ts';

/** Steps that may wait for their last ranks. A rank that is further behind is not waited for until it speaks again. */
const maxPending = 32;

/** What each rank told of one step, by rank. */
export type StepRow<Value> = ReadonlyMap<number, Value>;

/**
 * Brings together what ranks report of the same step. Ranks send in batches, and one may be many steps ahead: only values of the same
 * step can be compared. It outlives the exporter: see StepDetector.
 */
export class StepBoard<Value extends number | object> {
  readonly #blank: () => Value;
  readonly #pending = new Map<number, Map<number, Value>>();
  /** The last step of each rank. */
  readonly #last = new Map<number, number>();
  /** Up to here all steps were given. */
  #given = -1;

  /** @param blank gives a value, which says of what shape all are: so saved ones are taken back */
  constructor(blank: () => Value) {
    this.#blank = blank;
  }

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

  toJSON(): unknown {
    const pending = [...this.#pending].map(([step, row]) => [step, [...row]]);
    return { pending, last: [...this.#last], given: this.#given };
  }

  /** False when this is not what {@link toJSON} gave. */
  restore(saved: unknown): boolean {
    const fresh = { pending: [] as unknown[], last: [] as unknown[], given: -1 };
    if (!restoreState(fresh, saved)) return false;
    this.#given = fresh.given;
    const isTaken = fresh.pending.every((entry) => {
      const [step, row] = pair(entry);
      if (step === null || !Array.isArray(row) || this.#pending.size > maxPending) return false;
      const told = new Map<number, Value>();
      this.#pending.set(step, told);
      return row.every((each) => this.#take(told, each));
    });
    return (
      isTaken &&
      fresh.last.every((entry) => {
        const [rank, step] = pair(entry);
        if (rank === null || typeof step !== 'number') return false;
        this.#last.set(rank, step);
        return true;
      })
    );
  }

  #take(row: Map<number, Value>, entry: unknown): boolean {
    const [rank, saved] = pair(entry);
    if (rank === null) return false;
    const value = this.#blank();
    if (typeof value === 'number') {
      if (typeof saved !== 'number') return false;
      row.set(rank, saved as Value);
      return true;
    }
    row.set(rank, value);
    return restoreState(value, saved);
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

/** A whole number and what belongs to it; null where it is something else. */
function pair(entry: unknown): readonly [number | null, unknown] {
  if (!Array.isArray(entry) || !Number.isSafeInteger(entry[0])) return [null, undefined];
  return [entry[0] as number, entry[1]];
}

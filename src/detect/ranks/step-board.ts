import { restoreState } from '../../snapshot/index.ts';

/** Steps that may wait for their last ranks. A rank that is further behind is not waited for until it speaks again. */
const maxPending = 32;

/** What each rank told of one step, by rank. */
export type StepRow<Value> = ReadonlyMap<number, Value>;

interface Pending<Value> {
  readonly row: Map<number, Value>;
  /** Ranks that are to tell the step and have not. A rank that is past a step that it did not tell will not tell it any more. */
  missing: number;
}

/**
 * Brings together what ranks report of the same step. Ranks send in batches, and one may be many steps ahead: only values of the same
 * step can be compared. What a report costs grows with the steps that are pending and not with the ranks. It outlives the exporter: see
 * StepDetector.
 */
export class StepBoard<Value extends number | object> {
  readonly #blank: () => Value;
  readonly #pending = new Map<number, Pending<Value>>();
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
    this.#move(rank, step);
    // Too late: the others were compared without it.
    if (step <= this.#given) return [];
    let told = this.#pending.get(step);
    if (told === undefined) this.#pending.set(step, (told = { row: new Map(), missing: this.#behind(step) }));
    told.row.set(rank, value);
    if (this.#pending.size > maxPending) this.#leaveBehind(Math.min(...this.#pending.keys()));
    const complete: [number, StepRow<Value>][] = [];
    for (const [pending, { row, missing }] of this.#pending) if (missing === 0) complete.push([pending, row]);
    if (complete.length > 1) complete.sort(([one], [other]) => one - other);
    for (const [done] of complete) {
      this.#pending.delete(done);
      this.#given = Math.max(this.#given, done);
    }
    return complete;
  }

  /** A rank will say nothing more. */
  forget(rank: number): void {
    this.#move(rank, undefined);
  }

  /** The worker went back: what it told of later steps is void. */
  rewind(rank: number, step: number): void {
    this.#move(rank, undefined);
    for (const [pending, { row }] of this.#pending) {
      if (pending >= step) row.delete(rank);
      if (row.size === 0) this.#pending.delete(pending);
    }
    this.#given = Math.min(this.#given, step - 1);
  }

  toJSON(): unknown {
    const pending = [...this.#pending].map(([step, { row }]) => [step, [...row]]);
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
      const told: Pending<Value> = { row: new Map(), missing: 0 };
      this.#pending.set(step, told);
      return row.every((each) => this.#take(told.row, each));
    });
    return (
      isTaken &&
      fresh.last.every((entry) => {
        const [rank, step] = pair(entry);
        if (rank === null || typeof step !== 'number') return false;
        this.#move(rank, step);
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
    for (const [rank, last] of this.#last) if (last < step) this.#move(rank, undefined);
  }

  /** The rank stands at this step now; undefined: it is not waited for. */
  #move(rank: number, to: number | undefined): void {
    const from = this.#last.get(rank);
    for (const [step, told] of this.#pending) {
      if (told.row.has(rank)) continue;
      if (from !== undefined && from < step) told.missing -= 1;
      if (to !== undefined && to < step) told.missing += 1;
    }
    if (to === undefined) this.#last.delete(rank);
    else this.#last.set(rank, to);
  }

  /** How many ranks stand before this step. */
  #behind(step: number): number {
    let behind = 0;
    for (const last of this.#last.values()) if (last < step) behind += 1;
    return behind;
  }
}

/** A whole number and what belongs to it; null where it is something else. */
function pair(entry: unknown): readonly [number | null, unknown] {
  if (!Array.isArray(entry) || !Number.isSafeInteger(entry[0])) return [null, undefined];
  return [entry[0] as number, entry[1]];
}

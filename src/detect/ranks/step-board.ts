import { restoreState } from '../../snapshot/index.ts';

/** Steps that may wait for their last ranks: clients send a batch a second, and a step may take a few milliseconds. */
const mostPending = 256;
/** Values that may wait, over all ranks: where these are many they are waited for over fewer steps, but for so many at least. */
const mostValues = 65_536;
const leastPending = 32;

/** What each rank told of one step, by rank. */
export type StepRow<Value> = ReadonlyMap<number, Value>;

interface Pending<Value> {
  readonly step: number;
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
  /** The lowest step first. An array, and looked through by index: at every report of a rank an iterator would leave garbage behind. */
  #pending: Pending<Value>[] = [];
  /** The last step of each rank. */
  readonly #last = new Map<number, number>();
  /** Up to here all steps were given. */
  #given = -1;

  /** @param blank gives a value, which says of what shape all are: so saved ones are taken back */
  constructor(blank: () => Value) {
    this.#blank = blank;
  }

  /** How many steps may wait. A rank that is further behind is not waited for until it speaks again. */
  get #room(): number {
    return Math.min(mostPending, Math.max(leastPending, mostValues / this.#last.size));
  }

  /**
   * Takes the value of a rank for a step, in place of one that it told before. Gives the steps that are complete by now, lowest first:
   * every rank that is not far behind has told them.
   */
  put(step: number, rank: number, value: Value): readonly (readonly [step: number, row: StepRow<Value>])[] {
    this.#move(rank, step);
    // Too late: the others were compared without it.
    if (step <= this.#given) return [];
    this.#at(step).row.set(rank, value);
    const [lowest] = this.#pending;
    if (lowest !== undefined && this.#pending.length > this.#room) this.#leaveBehind(lowest.step);
    return this.#pending.some(isComplete) ? this.#give() : [];
  }

  /** A rank will say nothing more. */
  forget(rank: number): void {
    this.#move(rank, undefined);
  }

  /** The worker went back: what it told of later steps is void. */
  rewind(rank: number, step: number): void {
    this.#move(rank, undefined);
    for (const pending of this.#pending) if (pending.step >= step) pending.row.delete(rank);
    this.#pending = this.#pending.filter(({ row }) => row.size > 0);
    this.#given = Math.min(this.#given, step - 1);
  }

  toJSON(): unknown {
    const pending = this.#pending.map(({ step, row }) => [step, [...row]]);
    return { pending, last: [...this.#last], given: this.#given };
  }

  /** False when this is not what {@link toJSON} gave. */
  restore(saved: unknown): boolean {
    const fresh = { pending: [] as unknown[], last: [] as unknown[], given: -1 };
    if (!restoreState(fresh, saved)) return false;
    this.#given = fresh.given;
    const isTaken = fresh.pending.every((entry) => {
      const [step, row] = pair(entry);
      if (step === null || !Array.isArray(row) || this.#pending.length > mostPending) return false;
      const told = this.#at(step);
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
    for (let at = 0; at < this.#pending.length; at += 1) {
      const told = this.#pending[at];
      if (told === undefined || told.row.has(rank)) continue;
      if (from !== undefined && from < told.step) told.missing -= 1;
      if (to !== undefined && to < told.step) told.missing += 1;
    }
    if (to === undefined) this.#last.delete(rank);
    else this.#last.set(rank, to);
  }

  #at(step: number): Pending<Value> {
    // Most often the last one.
    const at = this.#pending.findLastIndex((pending) => pending.step <= step);
    const found = this.#pending[at];
    if (found?.step === step) return found;
    const told: Pending<Value> = { step, row: new Map(), missing: this.#behind(step) };
    this.#pending.splice(at + 1, 0, told);
    return told;
  }

  /** Takes out those that nobody is waited for. */
  #give(): readonly (readonly [step: number, row: StepRow<Value>])[] {
    const complete = this.#pending.filter(isComplete);
    this.#pending = this.#pending.filter((pending) => !isComplete(pending));
    this.#given = Math.max(this.#given, complete.at(-1)?.step ?? this.#given);
    return complete.map(({ step, row }) => [step, row] as const);
  }

  /** How many ranks stand before this step. */
  #behind(step: number): number {
    let behind = 0;
    for (const last of this.#last.values()) if (last < step) behind += 1;
    return behind;
  }
}

function isComplete({ missing }: Pending<unknown>): boolean {
  return missing === 0;
}

/** A whole number and what belongs to it; null where it is something else. */
function pair(entry: unknown): readonly [number | null, unknown] {
  if (!Array.isArray(entry) || !Number.isSafeInteger(entry[0])) return [null, undefined];
  return [entry[0] as number, entry[1]];
}

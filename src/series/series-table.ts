import { columnsOf, type Column } from './column.ts';
import type { Metric } from './metric.ts';
import { labelBlock } from './labels.ts';

/**
 * The store of every hot series: 9 bytes a value (a double and a presence flag) beside one label block per row, so that 100,000
 * training series cost little memory and a scrape is a walk over arrays.
 *
 * A group holds the metrics that share their identity labels; a row is one set of values of these labels (a rank, a GPU); a
 * column is one series of every row (a metric, or one state of a `states` metric). What was not set is absent, never zero.
 * Dropping a row drops all its series.
 */
export class SeriesTable {
  #groups: AnyGroup[] = [];
  readonly #families = new Set<string>();
  readonly #whole: SeriesTable | null;

  constructor(whole: SeriesTable | null = null) {
    this.#whole = whole;
  }

  /** A table whose groups are groups of this one too, until it is taken out of it. */
  part(): SeriesTable {
    return new SeriesTable(this);
  }

  /** Takes all groups of this part out of the whole: their series are gone, and others may have metrics of their names. */
  takeOut(): void {
    if (this.#whole !== null) this.#whole.#forget(this.#groups);
  }

  /**
   * Adds a group of metrics. `metrics` maps the short names by which the code sets values to declarations; every declaration has
   * exactly the labels `identity`, plus `state` where it is of type `states`.
   * @throws Error when a metric is in two groups or its labels differ from `identity` (a programmer's mistake).
   */
  group<Key extends string, Label extends string>(
    identity: readonly Label[],
    metrics: Readonly<Record<Key, Metric<string, Label | 'state'>>>,
  ): SeriesGroup<Key, Label> {
    for (const metric of Object.values<Metric>(metrics)) {
      const own = metric.labels.filter((label) => metric.type !== 'states' || label !== 'state');
      if (own.join() !== identity.join()) {
        throw new Error(`${metric.name} has the labels (${own.join()}), its group (${identity.join()})`);
      }
    }
    const group = new SeriesGroup<Key, Label>(identity, metrics);
    this.#take(group);
    return group;
  }

  /**
   * A copy of all values as they stand now: what is written from it is of one moment, however long the writing takes. With `wanted`
   * only of the groups that have such a metric.
   */
  snapshot(wanted: (metric: Metric) => boolean = () => true): GroupSnapshot[] {
    return this.#groups.filter((group) => group.has(wanted)).map((group) => group.snapshot());
  }

  #take(group: AnyGroup): void {
    if (this.#whole !== null) this.#whole.#take(group);
    for (const name of group.families) {
      if (this.#families.has(name)) throw new Error(`${name} is in two groups`);
      this.#families.add(name);
    }
    this.#groups.push(group);
  }

  #forget(groups: readonly AnyGroup[]): void {
    for (const name of groups.flatMap((group) => [...group.families])) this.#families.delete(name);
    this.#groups = this.#groups.filter((group) => !groups.includes(group));
  }
}

type AnyGroup = SeriesGroup<string, string>;

export interface GroupSnapshot {
  readonly columns: readonly Column[];
  /** Label blocks without braces, one per row. The place of a removed row is kept, with nothing present in it. */
  readonly labels: readonly string[];
  /** Row after row, `columns.length` values each. */
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

export class SeriesGroup<Key extends string, Label extends string> implements Store<Key> {
  readonly #identity: readonly Label[];
  readonly #columns: Column[] = [];
  readonly #first = new Map<Key, number>();
  readonly #rows = new Map<string, Row<Key>>();
  #values = new Float64Array(0);
  #present = new Uint8Array(0);
  /** Label blocks by slot. */
  readonly #blocks: string[] = [];
  /** Slots of removed rows, reused before the arrays grow. */
  readonly #free: number[] = [];
  #capacity = 0;

  constructor(identity: readonly Label[], metrics: Readonly<Record<Key, Metric>>) {
    this.#identity = identity;
    for (const [key, metric] of Object.entries<Metric>(metrics) as [Key, Metric][]) {
      this.#first.set(key, this.#columns.length);
      this.#columns.push(...columnsOf(metric, identity));
    }
  }

  get size(): number {
    return this.#rows.size;
  }

  get keys(): Iterable<Key> {
    return this.#first.keys();
  }

  /** The names of its metrics. */
  get families(): ReadonlySet<string> {
    return new Set(this.#columns.map(({ metric }) => metric.name));
  }

  has(wanted: (metric: Metric) => boolean): boolean {
    return this.#columns.some(({ metric }) => wanted(metric));
  }

  /** The row of these label values, made when there is none yet. */
  row(labels: Readonly<Record<Label, string>>): Row<Key> {
    const block = labelBlock(this.#identity.map((name) => [name, labels[name]]));
    let row = this.#rows.get(block);
    if (row === undefined) {
      row = new Row<Key>(this, block, this.#take(block));
      this.#rows.set(block, row);
    }
    return row;
  }

  /** The index of a metric's (first) column, for code that sets values at every step. */
  column(key: Key): number {
    const index = this.#first.get(key);
    if (index === undefined) throw new Error(`no metric ${key} in this group`);
    return index;
  }

  /** @internal called by {@link Row} */
  put(slot: number, column: number, value: number): void {
    const at = slot * this.#columns.length + column;
    this.#values[at] = value;
    this.#present[at] = 1;
  }

  /** @internal called by {@link Row} */
  get(slot: number, column: number): number | undefined {
    const at = slot * this.#columns.length + column;
    return this.#present[at] === 1 ? this.#values[at] : undefined;
  }

  /** @internal called by {@link Row} */
  clear(slot: number, column: number): void {
    this.#present[slot * this.#columns.length + column] = 0;
  }

  /** @internal called by {@link Row} */
  statesOf(key: Key): readonly string[] {
    return this.#columns[this.column(key)]?.metric.states ?? [];
  }

  /** @internal called by {@link Row} */
  release(block: string, slot: number): void {
    if (!this.#rows.delete(block)) return;
    const width = this.#columns.length;
    this.#present.fill(0, slot * width, (slot + 1) * width);
    this.#blocks[slot] = '';
    this.#free.push(slot);
  }

  snapshot(): GroupSnapshot {
    const used = this.#blocks.length * this.#columns.length;
    return {
      columns: this.#columns,
      labels: this.#blocks.slice(),
      values: this.#values.slice(0, used),
      present: this.#present.slice(0, used),
    };
  }

  #take(block: string): number {
    const slot = this.#free.pop() ?? this.#blocks.length;
    this.#blocks[slot] = block;
    if (slot >= this.#capacity) this.#grow();
    return slot;
  }

  #grow(): void {
    // By a quarter: rows are made rarely, and what is grown in advance is memory of every exporter.
    this.#capacity = Math.max(8, Math.ceil(this.#capacity * 1.25));
    const values = new Float64Array(this.#capacity * this.#columns.length);
    const present = new Uint8Array(this.#capacity * this.#columns.length);
    values.set(this.#values);
    present.set(this.#present);
    this.#values = values;
    this.#present = present;
  }
}

/** What a row needs of its group. */
interface Store<Key extends string> {
  column(key: Key): number;
  statesOf(key: Key): readonly string[];
  put(slot: number, column: number, value: number): void;
  get(slot: number, column: number): number | undefined;
  clear(slot: number, column: number): void;
  release(block: string, slot: number): void;
}

/** The handle by which the owner of some series sets and drops them. */
export class Row<Key extends string> {
  readonly #group: Store<Key>;
  readonly block: string;
  readonly slot: number;
  #live = true;

  constructor(group: Store<Key>, block: string, slot: number) {
    this.#group = group;
    this.block = block;
    this.slot = slot;
  }

  set(key: Key, value: number): void {
    this.put(this.#group.column(key), value);
  }

  /** Sets by column index, see {@link SeriesGroup.column}. Ignored once the row is removed. */
  put(column: number, value: number): void {
    if (this.#live) this.#group.put(this.slot, column, value);
  }

  /** Adds to a counter, which begins at 0. */
  add(key: Key, increment = 1): void {
    const column = this.#group.column(key);
    this.put(column, (this.#group.get(this.slot, column) ?? 0) + increment);
  }

  /** Sets one state to 1 and all others to 0. @throws Error when the metric has no such state. */
  setState(key: Key, state: string): void {
    const states = this.#group.statesOf(key);
    if (!states.includes(state)) throw new Error(`${key} has no state ${state}`);
    const first = this.#group.column(key);
    for (const [offset, name] of states.entries()) this.put(first + offset, name === state ? 1 : 0);
  }

  get(key: Key): number | undefined {
    return this.#live ? this.#group.get(this.slot, this.#group.column(key)) : undefined;
  }

  /** Makes a metric absent, with all its states where it has some. */
  clear(key: Key): void {
    if (!this.#live) return;
    const first = this.#group.column(key);
    const width = Math.max(1, this.#group.statesOf(key).length);
    for (let offset = 0; offset < width; offset += 1) this.#group.clear(this.slot, first + offset);
  }

  /** Drops all series of the row. */
  remove(): void {
    if (!this.#live) return;
    this.#live = false;
    this.#group.release(this.block, this.slot);
  }
}

import * as v from 'valibot';
import type { Row, SeriesGroup } from '../series/index.ts';
import { fieldNames, type Field } from './fields.ts';
import type { rankMetrics } from './metrics.ts';
import type { StepValues } from './observation.ts';
import { savedRecord, type RecentSteps, type StepRecord } from './recent-steps.ts';
import { savedValues } from './saved-values.ts';

export type RankKey = Exclude<keyof typeof rankMetrics, 'info' | 'pod'> | Field;
export type RankGroup = SeriesGroup<RankKey, 'run' | 'rank'>;

/** The series that a shown step fills. */
type ShownKey = 'step' | 'lastStepTimestamp' | Field;

/** What comes with few steps and holds until the next one keeps its last value: the epoch, what an evaluation or a checkpoint brought, counts. */
const lasting: readonly Field[] = [
  'epoch',
  'validation_loss',
  'evaluated_training_loss',
  'checkpoint_seconds',
  'evaluation_seconds',
  'allocation_retries',
  'out_of_memory_errors',
];
const ofStep = fieldNames.filter((name) => !lasting.includes(name));
const isLasting = new Set<string>(lasting);

/** Seconds of silence after which the next step is overdue, at least and at most; between them twice what the last step took. */
const shortestPatience = 10;
const longestPatience = 300;

/** A record that is kept among the recent steps as its place there, one that is there no more as it is. */
const savedReference = v.nullable(v.union([v.number(), savedRecord]));
const references = ['shown', 'waiting', 'last', 'lastButOne', 'measure'] as const;

/** What outlives the exporter of {@link ShownStep}. */
export const savedShown = v.object({
  ...v.entriesFromList(references, savedReference),
  lasting: savedValues,
});
export type SavedShown = v.InferOutput<typeof savedShown>;

/**
 * Keeps the series of one rank on one step: number, time and values always belong together.
 *
 * A gradient norm that is read without a synchronisation comes one step late. Were the newest step shown at once, such a norm would
 * hardly ever be seen. So a step that brings less than the one two before it (whose parts have all had their time) waits for what is
 * missing, at most until the next step, or until that is long overdue. What the shown step does not bring is absent; only what lasts keeps its last value.
 */
export class ShownStep {
  readonly #row: Row<ShownKey>;
  readonly #stepColumn: number;
  readonly #timeColumn: number;
  readonly #lastingColumns: readonly (readonly [Field, number])[];
  readonly #columns: readonly (readonly [Field, number])[];
  #shown: StepRecord | null = null;
  /** The values that the row shows now. */
  #values: StepValues = {};
  #waiting: StepRecord | null = null;
  /** The step taken last, and the one before it. */
  #last: StepRecord | null = null;
  #lastButOne: StepRecord | null = null;
  /** The step that the last one is measured by. */
  #measure: StepRecord | null = null;

  constructor(group: Pick<SeriesGroup<ShownKey, string>, 'column'>, row: Row<ShownKey>) {
    this.#row = row;
    this.#stepColumn = group.column('step');
    this.#timeColumn = group.column('lastStepTimestamp');
    this.#lastingColumns = lasting.map((name) => [name, group.column(name)]);
    this.#columns = ofStep.map((name) => [name, group.column(name)]);
  }

  /** Takes note of a report: `fresh` is what it brought to the record. */
  update(record: StepRecord, fresh: StepValues): void {
    for (const [name, column] of this.#lastingColumns) {
      const value = fresh[name];
      if (value !== undefined) this.#row.put(column, value);
    }
    if (record.reports === 1) this.#begin(record);
    else if (record === this.#shown) this.#show(record);
    else if (record === this.#waiting && this.#isComplete(record)) this.settle();
  }

  /** No report has come for so many seconds. A training that stands still is shown with the step at which it does. */
  silent(seconds: number): void {
    if (this.#waiting === null) return;
    const usual = this.#waiting.time - (this.#lastButOne?.time ?? this.#waiting.time);
    // A clock that was set may make it anything, and less than nothing.
    if (seconds >= Math.min(longestPatience, Math.max(shortestPatience, 2 * usual))) this.settle();
  }

  /** Nothing more is expected: a step that still waits is shown as it is. */
  settle(): void {
    if (this.#waiting !== null) this.#show(this.#waiting);
    this.#waiting = null;
  }

  save(steps: RecentSteps): SavedShown {
    const refer = (record: StepRecord | null): SavedShown['shown'] => {
      const at = steps.positionOf(record);
      return at === -1 ? record : at;
    };
    const values: Partial<Record<Field, number>> = {};
    for (const name of lasting) {
      const value = this.#row.get(name);
      if (value !== undefined) values[name] = value;
    }
    return {
      shown: refer(this.#shown),
      waiting: refer(this.#waiting),
      last: refer(this.#last),
      lastButOne: refer(this.#lastButOne),
      measure: refer(this.#measure),
      lasting: values,
    };
  }

  /** Takes back what was shown before a restart; `steps` are those of then. */
  restore(saved: SavedShown, steps: RecentSteps): void {
    const refer = (reference: SavedShown['shown']): StepRecord | null =>
      typeof reference === 'number' ? steps.at(reference) : reference;
    for (const [name, column] of this.#lastingColumns) {
      const value = saved.lasting[name];
      if (value !== undefined) this.#row.put(column, value);
    }
    const shown = refer(saved.shown);
    if (shown !== null) this.#show(shown);
    this.#waiting = refer(saved.waiting);
    this.#last = refer(saved.last);
    this.#lastButOne = refer(saved.lastButOne);
    this.#measure = refer(saved.measure);
  }

  #begin(record: StepRecord): void {
    if (record.wentBack) {
      this.#waiting = this.#lastButOne = this.#last = null;
    }
    this.settle();
    this.#measure = this.#lastButOne;
    this.#lastButOne = this.#last;
    this.#last = record;
    if (this.#isComplete(record)) this.#show(record);
    else this.#waiting = record;
  }

  #isComplete({ known }: StepRecord): boolean {
    const measure = this.#measure?.known;
    if (measure === undefined) return true;
    for (const name in measure) {
      if (known[name as Field] === undefined && !isLasting.has(name)) return false;
    }
    return true;
  }

  #show(record: StepRecord): void {
    this.#row.put(this.#stepColumn, record.step);
    this.#row.put(this.#timeColumn, record.time);
    const { known } = record;
    for (const [name, column] of this.#columns) {
      const value = known[name];
      if (value !== undefined) this.#row.put(column, value);
      else if (this.#values[name] !== undefined) this.#row.clear(name);
    }
    this.#values = known;
    this.#shown = record;
  }
}

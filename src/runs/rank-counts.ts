import * as v from 'valibot';
import type { Row } from '../series/index.ts';
import { Count } from './count.ts';
import type { StepValues } from './observation.ts';
import type { StepRecord, StepReport } from './recent-steps.ts';
import type { RankGroup, RankKey } from './shown-step.ts';

/** Counters of a rank, in the order of the exposition. What a rank never tells of has no series: samples and tokens come with the first. */
const always = ['steps', 'rollbacks', 'droppedSteps', 'nonFiniteSteps', 'skippedSteps'] as const;
const whenTold = ['totalSamples', 'totalTokens'] as const;
type CountKey = (typeof always | typeof whenTold)[number];
const keys = [...always, ...whenTold];

/** What outlives the exporter of {@link RankCounts}. */
export const savedCounts = v.record(v.picklist(keys), v.pipe(v.number(), v.finite(), v.minValue(0)));
export type SavedCounts = v.InferOutput<typeof savedCounts>;

/** What one rank has counted. */
export class RankCounts {
  readonly #group: RankGroup;
  readonly #row: Row<RankKey>;
  readonly #counts = new Map<CountKey, Count<RankKey>>();

  constructor(group: RankGroup, row: Row<RankKey>) {
    this.#group = group;
    this.#row = row;
    for (const key of always) this.#add(key, 0);
  }

  /** Takes note of a report that became part of the record. */
  take(record: StepRecord, { values }: StepReport): void {
    if (record.reports === 1) {
      this.#add('steps');
      if (record.wentBack) this.#add('rollbacks');
    }
    if (values.samples !== undefined) this.#add('totalSamples', values.samples);
    if (values.tokens !== undefined) this.#add('totalTokens', values.tokens);
    if (record.skipped && !record.countedSkipped) {
      record.countedSkipped = true;
      this.#add('skippedSteps');
    }
    if (!record.countedNonFinite && !record.skipped && !isFinite(values)) {
      record.countedNonFinite = true;
      this.#add('nonFiniteSteps');
    }
  }

  /** The worker had to drop steps. */
  addDropped(steps: number): void {
    if (steps > 0) this.#add('droppedSteps', steps);
  }

  save(): SavedCounts {
    return Object.fromEntries([...this.#counts].map(([key, { total }]) => [key, total] as const));
  }

  /** Takes the counts of before a restart back, before anything is counted. */
  restore(saved: SavedCounts): void {
    for (const key of keys) {
      const total = saved[key];
      if (total !== undefined) this.#add(key, total);
    }
  }

  #add(key: CountKey, increment = 1): void {
    let count = this.#counts.get(key);
    if (count === undefined) {
      count = new Count(this.#row, this.#group.column(key));
      this.#counts.set(key, count);
    }
    count.add(increment);
  }
}

function isFinite(values: StepValues): boolean {
  for (const name in values) {
    if (!Number.isFinite(values[name as keyof StepValues])) return false;
  }
  return true;
}

import type { CleanReason } from './cleaned.ts';
import type { StepValues } from './observation.ts';
import type { StepRecord } from './recent-steps.ts';

/** Reports go from the worker to its own node: a time further ahead is that of another clock. Seconds. */
const clockTolerance = 1;

const counters = ['allocation_retries', 'out_of_memory_errors'] as const;

/** Looks at what must not go back in what one process reports: its clock and its counts. */
export class ClockCleaning {
  #time = -Infinity;
  readonly #counts: Partial<Record<(typeof counters)[number], number>> = {};

  /** @param arrival Unix seconds */
  judge(record: StepRecord, fresh: StepValues, arrival: number, found: (reason: CleanReason) => void): void {
    if (record.reports === 1) {
      if (record.time > arrival + clockTolerance) found('clock_ahead');
      if (record.time < this.#time) found('clock_back');
      this.#time = record.time;
    }
    for (const name of counters) {
      const count = fresh[name];
      if (count === undefined) continue;
      if (count < (this.#counts[name] ?? 0)) found('counter_reset');
      this.#counts[name] = count;
    }
  }
}

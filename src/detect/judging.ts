import type { RankIdentity } from '../runs/index.ts';
import { counter, type SeriesGroup, type SeriesTable } from '../series/index.ts';
import type { DetectorFacts, Verdict } from './detector.ts';
import type { RankVerdict } from './group.ts';
import type { MachineVerdict } from './machine/index.ts';

/** A verdict that is not quiet, with where it came from. */
export interface Report {
  readonly detector: DetectorFacts;
  /** Null for what is of the machine. */
  readonly run: string | null;
  /** The rank that was observed, also where the detector's subject is the whole run; null for what is of no rank. */
  readonly rank: number | null;
  /** The GPU that was observed, for series of one. */
  readonly uuid: string | null;
  /** Whose recovery a finding waits for: the rank, or the key of a series. */
  readonly witness: number | string;
  readonly verdict: Exclude<Verdict, { readonly status: 'quiet' }>;
}

/** Whom a verdict is about. */
export type About = Omit<Report, 'detector' | 'verdict'>;

/** What the engine tells of the detectors themselves. */
export const engineMetrics = {
  failures: counter('gradwatch_exporter_detector_failures_total', {
    help: 'Observations that a detector could not judge because it failed',
    labels: ['kind'],
  }),
} as const;

/** Asks detectors and passes on what is not quiet. One that throws is counted, and harms no other. */
export class Judging {
  readonly #report: (report: Report) => void;
  readonly #failed: (kind: string, error: unknown) => void;
  readonly #failures: SeriesGroup<'failures', 'kind'>;

  /** @param failed told of every error that a detector throws, beside the count */
  constructor(table: SeriesTable, report: (report: Report) => void, failed: (kind: string, error: unknown) => void) {
    this.#report = report;
    this.#failed = failed;
    this.#failures = table.group(['kind'], engineMetrics);
  }

  /** Begins to count the failures of a detector. */
  add({ kind }: DetectorFacts): void {
    this.#failures.row({ kind }).set('failures', 0);
  }

  judge(detector: DetectorFacts, about: About, judge: () => Verdict): void {
    this.#guard(detector, () => {
      this.#tell(detector, about, judge());
    });
  }

  judgeRanks(detector: DetectorFacts, run: string, judge: () => readonly RankVerdict[]): void {
    this.#guard(detector, () => {
      for (const { rank, verdict } of judge()) this.#tell(detector, ofRank({ run, rank }), verdict);
    });
  }

  judgeMachine(detector: DetectorFacts, judge: () => readonly MachineVerdict[]): void {
    this.#guard(detector, () => {
      for (const { verdict, ...about } of judge()) this.#tell(detector, { rank: null, ...about }, verdict);
    });
  }

  #tell(detector: DetectorFacts, about: About, verdict: Verdict): void {
    if (verdict.status !== 'quiet') this.#report({ detector, ...about, verdict });
  }

  #guard(detector: DetectorFacts, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failures.row({ kind: detector.kind }).add('failures');
      this.#failed(detector.kind, error);
    }
  }
}

export function ofRank({ run, rank }: RankIdentity): About {
  return { run, rank, uuid: null, witness: rank };
}

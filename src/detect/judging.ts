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

  /**
   * Asks a detector of one rank.
   * @param ask puts what it holds and what it is to judge before it. Both come beside it, since a closure over them at every step of every rank
   *   for every detector would leave more garbage behind than all else.
   */
  judge<Held, Heard>(
    detector: DetectorFacts,
    of: RankIdentity,
    ask: (held: Held, heard: Heard) => Verdict,
    held: Held,
    heard: Heard,
  ): void {
    try {
      const verdict = ask(held, heard);
      if (verdict.status !== 'quiet') this.#report({ detector, ...ofRank(of), verdict });
    } catch (error) {
      this.#fail(detector, error);
    }
  }

  /** Asks one that compares ranks; what it is asked with comes as with {@link judge}. */
  judgeRanks<Held, Heard>(
    detector: DetectorFacts,
    run: string,
    ask: (held: Held, heard: Heard) => readonly RankVerdict[],
    held: Held,
    heard: Heard,
  ): void {
    try {
      for (const { rank, verdict } of ask(held, heard)) {
        if (verdict.status !== 'quiet') this.#report({ detector, ...ofRank({ run, rank }), verdict });
      }
    } catch (error) {
      this.#fail(detector, error);
    }
  }

  judgeSeries(detector: DetectorFacts, about: About, judge: () => Verdict): void {
    try {
      const verdict = judge();
      if (verdict.status !== 'quiet') this.#report({ detector, ...about, verdict });
    } catch (error) {
      this.#fail(detector, error);
    }
  }

  judgeMachine(detector: DetectorFacts, judge: () => readonly MachineVerdict[]): void {
    try {
      for (const { verdict, ...about } of judge()) {
        if (verdict.status !== 'quiet') this.#report({ detector, rank: null, ...about, verdict });
      }
    } catch (error) {
      this.#fail(detector, error);
    }
  }

  #fail(detector: DetectorFacts, error: unknown): void {
    this.#failures.row({ kind: detector.kind }).add('failures');
    this.#failed(detector.kind, error);
  }
}

function ofRank({ run, rank }: RankIdentity): About {
  return { run, rank, uuid: null, witness: rank };
}

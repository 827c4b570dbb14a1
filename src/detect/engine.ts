import type { Observation, RankIdentity, RankTransition, RunListener } from '../runs/index.ts';
import { counter, type SeriesGroup, type SeriesTable } from '../series/index.ts';
import type { Section } from '../snapshot/index.ts';
import type { AnyStepDetector, DetectorFacts, DetectorOptions, TransitionDetector, Verdict } from './detector.ts';
import { DetectorSeries } from './detector-series.ts';
import { Watches, type Station } from './watches.ts';

/** A verdict that is not quiet, with where it came from. */
export interface Report {
  readonly detector: DetectorFacts;
  readonly run: string;
  /** The rank that was observed, also where the detector's subject is the whole run. */
  readonly rank: number;
  readonly verdict: Exclude<Verdict, { readonly status: 'quiet' }>;
}

/** Where verdicts go. It is told of the ends of runs after the last verdict on them. */
export interface VerdictSink {
  report(report: Report): void;
  runEnded(run: string): void;
  rankForgotten(run: string, rank: number): void;
  runForgotten(run: string): void;
}

/** What the engine tells of the detectors themselves. */
export const engineMetrics = {
  failures: counter('gradwatch_exporter_detector_failures_total', {
    help: 'Observations that a detector could not judge because it failed',
    labels: ['kind'],
  }),
} as const;

export interface DetectionEngineParts {
  readonly table: SeriesTable;
  readonly sink: VerdictSink;
  readonly stepDetectors: readonly AnyStepDetector[];
  readonly transitionDetectors: readonly TransitionDetector[];
  /** Told of every error that a detector throws, beside the count. */
  readonly failed: (kind: string, error: unknown) => void;
  /** The group `detect` of the configuration: by kind, the options of every detector. */
  readonly options: Readonly<Record<string, DetectorOptions>>;
}

/**
 * Feeds every enabled detector with what it reads, before the next observation is taken: a finding is there within the step. A
 * detector that throws is counted, and harms no other.
 */
export class DetectionEngine implements RunListener {
  readonly #sink: VerdictSink;
  readonly #stations: readonly Station[];
  readonly #transitions: readonly { readonly detector: TransitionDetector; options: DetectorOptions }[];
  readonly #failed: DetectionEngineParts['failed'];
  readonly #failures: SeriesGroup<'failures', 'kind'>;
  readonly #watches: Watches;

  constructor({ table, sink, stepDetectors, transitionDetectors, failed, options }: DetectionEngineParts) {
    this.#sink = sink;
    this.#failed = failed;
    this.#failures = table.group(['kind'], engineMetrics);
    this.#stations = enabled(stepDetectors, options).map((entry) => ({
      ...entry,
      series: new DetectorSeries(table, entry.detector.metrics),
    }));
    this.#watches = new Watches(this.#stations);
    this.#transitions = enabled(transitionDetectors, options);
    for (const { detector } of [...this.#stations, ...this.#transitions]) {
      this.#failures.row({ kind: detector.kind }).set('failures', 0);
    }
  }

  observation(observation: Observation): void {
    const { fresh, wentBack } = observation;
    for (const { station, state, series } of this.#watches.observed(observation)) {
      const { detector, options } = station;
      if (!wentBack && !detector.reads.some((field) => fresh[field] !== undefined)) continue;
      try {
        this.#tell(detector, observation, detector.observe(state, observation, options, series.set));
      } catch (error) {
        this.#fail(detector.kind, error);
      }
    }
  }

  transition(transition: RankTransition): void {
    for (const { detector, options } of this.#transitions) {
      try {
        this.#tell(detector, transition, detector.observe(transition, options));
      } catch (error) {
        this.#fail(detector.kind, error);
      }
    }
  }

  runEnded(run: string): void {
    this.#sink.runEnded(run);
  }

  rankForgotten(run: string, rank: number): void {
    this.#watches.forgetRank({ run, rank });
    this.#sink.rankForgotten(run, rank);
  }

  runForgotten(run: string): void {
    this.#watches.forgetRun(run);
    this.#sink.runForgotten(run);
  }

  /**
   * Judges by other options from now on. What is held of ranks stays as it is: an option that shapes it, as the length of a window
   * does, holds for ranks that begin later. Which detectors run stays too.
   */
  reconfigure(options: DetectionEngineParts['options']): void {
    for (const station of [...this.#stations, ...this.#transitions]) {
      station.options = options[station.detector.kind] ?? station.options;
    }
  }

  /** The detectors' states, as they outlive the exporter; of ranks that the runs do not hold nothing is taken back. */
  section(holds: (identity: RankIdentity) => boolean): Section {
    return this.#watches.section(holds);
  }

  /** Whether after a restart there is somebody who can tell that a rank has recovered. */
  canTellRecovery(kind: string, identity: RankIdentity): boolean {
    return this.#transitions.some(({ detector }) => detector.kind === kind) || this.#watches.isRestored(kind, identity);
  }

  #tell(detector: DetectorFacts, { run, rank }: RankIdentity, verdict: Verdict): void {
    if (verdict.status !== 'quiet') this.#sink.report({ detector, run, rank, verdict });
  }

  #fail(kind: string, error: unknown): void {
    this.#failures.row({ kind }).add('failures');
    this.#failed(kind, error);
  }
}

function enabled<Detector extends AnyStepDetector | TransitionDetector>(
  detectors: readonly Detector[],
  options: Readonly<Record<string, DetectorOptions>>,
): { readonly detector: Detector; options: DetectorOptions }[] {
  return detectors.flatMap((detector) => {
    const own = options[detector.kind];
    return own?.enabled === true ? [{ detector, options: own }] : [];
  });
}

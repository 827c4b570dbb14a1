import type { Observation, RankIdentity, RankTransition, RunListener } from '../runs/index.ts';
import { counter, type SeriesGroup, type SeriesTable } from '../series/index.ts';
import type { AnyStepDetector, DetectorFacts, DetectorOptions, TransitionDetector, Verdict } from './detector.ts';
import { DetectorSeries, type RankSeries } from './detector-series.ts';

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

/** A detector with its options and its series. */
interface Station {
  readonly detector: AnyStepDetector;
  readonly options: DetectorOptions;
  readonly series: DetectorSeries;
}

/** What the engine tells of the detectors themselves. */
export const engineMetrics = {
  failures: counter('gradwatch_exporter_detector_failures_total', {
    help: 'Observations that a detector could not judge because it failed',
    labels: ['kind'],
  }),
} as const;

/** What one detector holds of one rank. */
interface Watch {
  readonly station: Station;
  readonly state: unknown;
  readonly series: RankSeries;
}

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
 * Feeds every enabled detector with what it reads, before the next observation is taken: a finding is there within the step. Holds
 * the detectors' states, one per rank, until the runs forget the rank. A detector that throws is counted, and harms no other.
 */
export class DetectionEngine implements RunListener {
  readonly #sink: VerdictSink;
  readonly #stations: readonly Station[];
  readonly #transitions: readonly { readonly detector: TransitionDetector; readonly options: DetectorOptions }[];
  readonly #failed: DetectionEngineParts['failed'];
  readonly #failures: SeriesGroup<'failures', 'kind'>;
  readonly #ranks = new Map<string, Map<number, readonly Watch[]>>();

  constructor({ table, sink, stepDetectors, transitionDetectors, failed, options }: DetectionEngineParts) {
    this.#sink = sink;
    this.#failed = failed;
    this.#failures = table.group(['kind'], engineMetrics);
    this.#stations = enabled(stepDetectors, options).map((entry) => ({
      ...entry,
      series: new DetectorSeries(table, entry.detector.metrics),
    }));
    this.#transitions = enabled(transitionDetectors, options);
    for (const { detector } of [...this.#stations, ...this.#transitions]) {
      this.#failures.row({ kind: detector.kind }).set('failures', 0);
    }
  }

  observation(observation: Observation): void {
    const { fresh, wentBack } = observation;
    for (const { station, state, series } of this.#watchesOf(observation)) {
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
    const ranks = this.#ranks.get(run);
    for (const { series } of ranks?.get(rank) ?? []) series.remove();
    ranks?.delete(rank);
    this.#sink.rankForgotten(run, rank);
  }

  runForgotten(run: string): void {
    for (const watches of this.#ranks.get(run)?.values() ?? []) {
      for (const { series } of watches) series.remove();
    }
    this.#ranks.delete(run);
    this.#sink.runForgotten(run);
  }

  #tell(detector: DetectorFacts, { run, rank }: RankIdentity, verdict: Verdict): void {
    if (verdict.status !== 'quiet') this.#sink.report({ detector, run, rank, verdict });
  }

  #fail(kind: string, error: unknown): void {
    this.#failures.row({ kind }).add('failures');
    this.#failed(kind, error);
  }

  #watchesOf(observation: Observation): readonly Watch[] {
    const { run, rank } = observation;
    let ranks = this.#ranks.get(run);
    if (ranks === undefined) {
      ranks = new Map<number, readonly Watch[]>();
      this.#ranks.set(run, ranks);
    }
    let watches = ranks.get(rank);
    if (watches === undefined) {
      watches = this.#stations.map((station) => ({
        station,
        state: station.detector.start(station.options),
        series: station.series.of(observation),
      }));
      ranks.set(rank, watches);
    }
    return watches;
  }
}

function enabled<Detector extends AnyStepDetector | TransitionDetector>(
  detectors: readonly Detector[],
  options: Readonly<Record<string, DetectorOptions>>,
): { readonly detector: Detector; readonly options: DetectorOptions }[] {
  return detectors.flatMap((detector) => {
    const own = options[detector.kind];
    return own?.enabled === true ? [{ detector, options: own }] : [];
  });
}

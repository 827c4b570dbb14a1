import {
  endedStates,
  type Observation,
  type Observed,
  type RankHello,
  type RankIdentity,
  type RankTransition,
  type RunListener,
  type RunProgress,
} from '../runs/index.ts';
import { counter, type SeriesGroup, type SeriesTable } from '../series/index.ts';
import type { Section } from '../snapshot/index.ts';
import type { AnyClockDetector } from './clock.ts';
import type { AnyStepDetector, DetectorFacts, DetectorOptions, TransitionDetector, Verdict } from './detector.ts';
import { DetectorSeries } from './detector-series.ts';
import type { AnyGroupDetector, RankVerdict } from './group.ts';
import { peerGroup, peerings, type Peering } from './ranks/peers.ts';
import { RunWatches, type RunStation } from './run-watches.ts';
import { MachineWatch, type AnyMachineDetector, type MachineStation, type MachineVerdict } from './machine/index.ts';
import type { AnyScalarDetector } from './scalar.ts';
import type { AnyReportDetector, Reports } from './report.ts';
import { ScalarWatch, type ScalarStation } from './scalar-watch.ts';
import { Watches, type Station } from './watches.ts';

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
  readonly groupDetectors: readonly AnyGroupDetector[];
  readonly clockDetectors: readonly AnyClockDetector[];
  readonly machineDetectors: readonly AnyMachineDetector[];
  readonly scalarDetectors: readonly AnyScalarDetector[];
  readonly reportDetectors: readonly AnyReportDetector[];
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
  readonly #stations: readonly Station<AnyStepDetector>[];
  readonly #transitions: readonly { readonly detector: TransitionDetector; options: DetectorOptions }[];
  readonly #failed: DetectionEngineParts['failed'];
  readonly #failures: SeriesGroup<'failures', 'kind'>;
  readonly #watches: Watches<AnyStepDetector>;
  readonly #reportStations: readonly Station<AnyReportDetector>[];
  readonly #reports: Watches<AnyReportDetector>;
  readonly #groupStations: readonly RunStation<AnyGroupDetector>[];
  readonly #groups: Readonly<Record<Peering, RunWatches<AnyGroupDetector>>>;
  /** By run and rank, the groups to which a rank belongs. */
  readonly #peers = new Map<string, Map<number, Readonly<Record<Peering, string>>>>();
  readonly #clockStations: readonly RunStation<AnyClockDetector>[];
  readonly #clocks: RunWatches<AnyClockDetector>;
  readonly #table: SeriesTable;
  readonly #machineStations: readonly MachineStation[];
  readonly #machine: MachineWatch;
  readonly #scalarStations: readonly ScalarStation[];
  readonly #scalars: ScalarWatch;

  constructor({
    table,
    sink,
    stepDetectors,
    transitionDetectors,
    groupDetectors,
    clockDetectors,
    machineDetectors,
    scalarDetectors,
    reportDetectors,
    failed,
    options,
  }: DetectionEngineParts) {
    this.#sink = sink;
    this.#failed = failed;
    this.#failures = table.group(['kind'], engineMetrics);
    this.#stations = enabled(stepDetectors, options).map((entry) => ({
      ...entry,
      series: new DetectorSeries(table, entry.detector.metrics),
    }));
    this.#watches = new Watches('detect', this.#stations);
    this.#reportStations = enabled(reportDetectors, options).map((entry) => ({
      ...entry,
      series: new DetectorSeries(table, {}),
    }));
    this.#reports = new Watches('detect_reports', this.#reportStations);
    this.#transitions = enabled(transitionDetectors, options);
    this.#groupStations = enabled(groupDetectors, options);
    const compared = (peers: Peering) =>
      new RunWatches(this.#groupStations.filter(({ detector }) => detector.peers === peers));
    this.#groups = { work: compared('work'), replicas: compared('replicas') };
    this.#clockStations = enabled(clockDetectors, options);
    this.#clocks = new RunWatches(this.#clockStations);
    this.#machineStations = enabled(machineDetectors, options);
    this.#machine = new MachineWatch(this.#machineStations, (detector, judge) => {
      this.#judgeMachine(detector, judge);
    });
    this.#scalarStations = enabled(scalarDetectors, options) as ScalarStation[];
    this.#table = table;
    this.#scalars = new ScalarWatch(this.#scalarStations, (detector, { run, rank, uuid }, witness, judge) => {
      this.#judge(detector, { run, rank, uuid, witness }, judge);
    });
    for (const { detector } of [
      ...this.#stations,
      ...this.#transitions,
      ...this.#groupStations,
      ...this.#clockStations,
      ...this.#machineStations,
      ...this.#scalarStations,
      ...this.#reportStations,
    ]) {
      this.#failures.row({ kind: detector.kind }).set('failures', 0);
    }
  }

  joined(hello: RankHello): void {
    const ranks = this.#peers.get(hello.run) ?? new Map<number, Readonly<Record<Peering, string>>>();
    const groups = { work: peerGroup('work', hello), replicas: peerGroup('replicas', hello) };
    this.#peers.set(hello.run, ranks.set(hello.rank, groups));
  }

  observation(observation: Observation): void {
    const { fresh, wentBack } = observation;
    for (const { station, state, series } of this.#watches.observed(observation)) {
      const { detector, options } = station;
      if (!wentBack && !detector.reads.some((field) => fresh[field] !== undefined)) continue;
      this.#judge(detector, ofRank(observation), () => detector.observe(state, observation, options, series.set));
    }
    const group = this.#peers.get(observation.run)?.get(observation.rank);
    for (const peers of peerings) {
      for (const { station, state } of this.#groups[peers].of(observation.run, group?.[peers])) {
        const { detector, options } = station;
        if (!wentBack && !detector.reads.some((field) => fresh[field] !== undefined)) continue;
        this.#judgeRanks(detector, observation.run, () => detector.observe(state, observation, options));
      }
    }
    this.#scalars.observation(observation);
  }

  /**
   * Looks at how ranks get on, and at the series of the machine when it is time. To be called every second or so.
   * @param time Unix seconds
   * @param runs those of which it can be told
   */
  tick(time: number, runs: readonly RunProgress[]): void {
    for (const { run, ranks } of runs) {
      for (const { station, state } of this.#clocks.of(run)) {
        const { detector, options } = station;
        this.#judgeRanks(detector, run, () => detector.observe(state, ranks, options));
      }
    }
    this.#machine.sample(this.#table, time, runs);
    this.#scalars.sample(this.#table, time);
  }

  layers(report: Observed<Reports['layers']>): void {
    this.#hear('layers', report);
  }

  tensor(report: Observed<Reports['tensor']>): void {
    this.#hear('tensor', report);
  }

  evaluation(report: Observed<Reports['evaluation']>): void {
    this.#hear('evaluation', report);
  }

  event(report: Observed<Reports['event']>): void {
    this.#hear('event', report);
  }

  serving(report: Observed<Reports['serving']>): void {
    this.#hear('serving', report);
  }

  transition(transition: RankTransition): void {
    if (endedStates.has(transition.to)) this.#leaveGroups(transition);
    for (const { detector, options } of this.#transitions) {
      this.#judge(detector, ofRank(transition), () => detector.observe(transition, options));
    }
  }

  runEnded(run: string): void {
    this.#sink.runEnded(run);
  }

  rankForgotten(run: string, rank: number): void {
    this.#watches.forgetRank({ run, rank });
    this.#leaveGroups({ run, rank });
    this.#reports.forgetRank({ run, rank });
    this.#peers.get(run)?.delete(rank);
    this.#scalars.forget(run, rank);
    this.#sink.rankForgotten(run, rank);
  }

  runForgotten(run: string): void {
    this.#watches.forgetRun(run);
    for (const peers of peerings) this.#groups[peers].forget(run);
    this.#peers.delete(run);
    this.#clocks.forget(run);
    this.#reports.forgetRun(run);
    this.#scalars.forget(run, null);
    this.#sink.runForgotten(run);
  }

  /**
   * Judges by other options from now on. What is held of ranks stays as it is: an option that shapes it, as the length of a window
   * does, holds for ranks that begin later. Which detectors run stays too.
   */
  reconfigure(options: DetectionEngineParts['options']): void {
    for (const station of [
      ...this.#stations,
      ...this.#transitions,
      ...this.#groupStations,
      ...this.#clockStations,
      ...this.#machineStations,
      ...this.#reportStations,
    ]) {
      station.options = options[station.detector.kind] ?? station.options;
    }
    for (const station of this.#scalarStations) {
      station.options = (options[station.detector.kind] as ScalarStation['options'] | undefined) ?? station.options;
    }
  }

  /** The detectors' states, as they outlive the exporter; of ranks that the runs do not hold nothing is taken back. */
  sections(holds: (identity: RankIdentity) => boolean): readonly Section[] {
    return [this.#watches.section(holds), this.#reports.section(holds)];
  }

  /** Whether after a restart there is somebody who can tell that a rank has recovered. */
  canTellRecovery(kind: string, identity: RankIdentity): boolean {
    return (
      this.#transitions.some(({ detector }) => detector.kind === kind) ||
      this.#watches.isRestored(kind, identity) ||
      this.#reports.isRestored(kind, identity)
    );
  }

  #hear(kind: keyof Reports, report: Observed<Reports[keyof Reports]>): void {
    if (!this.#reportStations.some(({ detector }) => detector.hears === kind)) return;
    for (const { station, state } of this.#reports.observed(report)) {
      const { detector, options } = station;
      if (detector.hears !== kind) continue;
      this.#judge(detector, ofRank(report), () => detector.observe(state, report, options));
    }
  }

  /** The rank is no longer compared with others. */
  #leaveGroups({ run, rank }: RankIdentity): void {
    for (const peers of peerings) {
      for (const { station, state } of this.#groups[peers].all(run)) station.detector.forget(state, rank);
    }
  }

  #judgeRanks(detector: DetectorFacts, run: string, judge: () => readonly RankVerdict[]): void {
    this.#guard(detector, () => {
      for (const { rank, verdict } of judge()) this.#tell(detector, ofRank({ run, rank }), verdict);
    });
  }

  #judgeMachine(detector: DetectorFacts, judge: () => readonly MachineVerdict[]): void {
    this.#guard(detector, () => {
      for (const { verdict, ...about } of judge()) this.#tell(detector, { rank: null, ...about }, verdict);
    });
  }

  #judge(detector: DetectorFacts, about: About, judge: () => Verdict): void {
    this.#guard(detector, () => {
      this.#tell(detector, about, judge());
    });
  }

  #tell(detector: DetectorFacts, about: About, verdict: Verdict): void {
    if (verdict.status !== 'quiet') this.#sink.report({ detector, ...about, verdict });
  }

  /** What fails in a detector is counted, and harms no other. */
  #guard(detector: DetectorFacts, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failures.row({ kind: detector.kind }).add('failures');
      this.#failed(detector.kind, error);
    }
  }
}

/** Whom a verdict is about. */
type About = Omit<Report, 'detector' | 'verdict'>;

function ofRank({ run, rank }: RankIdentity): About {
  return { run, rank, uuid: null, witness: rank };
}

function enabled<
  Detector extends
    | AnyStepDetector
    | TransitionDetector
    | AnyGroupDetector
    | AnyClockDetector
    | AnyMachineDetector
    | AnyScalarDetector
    | AnyReportDetector,
>(
  detectors: readonly Detector[],
  options: Readonly<Record<string, DetectorOptions>>,
): { readonly detector: Detector; options: DetectorOptions }[] {
  return detectors.flatMap((detector) => {
    const own = options[detector.kind];
    return own?.enabled === true ? [{ detector, options: own }] : [];
  });
}

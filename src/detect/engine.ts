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
import type { SeriesTable } from '../series/index.ts';
import type { Section } from '../snapshot/index.ts';
import type { AnyClockDetector } from './clock.ts';
import type { AnyStepDetector, DetectorOptions, TransitionDetector, Verdict } from './detector.ts';
import { enabled } from './enabled.ts';
import type { AnyGroupDetector, RankVerdict } from './group.ts';
import type { HeldState, StatefulStation } from './held-state.ts';
import { Judging, type Report } from './judging.ts';
import { RankFeed } from './rank-feed.ts';
import { RankGroups } from './rank-groups.ts';
import { RunWatches } from './run-watches.ts';
import { MachineWatch, type AnyMachineDetector, type MachineStation } from './machine/index.ts';
import type { AnyScalarDetector } from './scalar.ts';
import type { AnyReportDetector, Reports } from './report.ts';
import { ScalarWatch, type ScalarStation } from './scalar-watch.ts';

/** Where verdicts go. It is told of the ends of ranks and runs after the last verdict on them. */
export interface VerdictSink {
  report(report: Report): void;
  rankEnded(run: string, rank: number): void;
  runEnded(run: string): void;
  rankForgotten(run: string, rank: number): void;
  runForgotten(run: string): void;
}

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

interface TransitionStation {
  readonly detector: TransitionDetector;
  options: DetectorOptions;
}

/**
 * Feeds every enabled detector with what it reads, before the next observation is taken: a finding is there within the step. A
 * detector that throws is counted, and harms no other.
 */
export class DetectionEngine implements RunListener {
  readonly #sink: VerdictSink;
  readonly #ranks: RankFeed;
  readonly #transitions: readonly TransitionStation[];
  readonly #judging: Judging;
  readonly #groupStations: readonly StatefulStation<AnyGroupDetector>[];
  readonly #groups: RankGroups;
  readonly #clockStations: readonly StatefulStation<AnyClockDetector>[];
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
    const judging = new Judging(
      table,
      (report) => {
        sink.report(report);
      },
      failed,
    );
    this.#judging = judging;
    this.#ranks = new RankFeed({ table, judging, stepDetectors, reportDetectors, options });
    this.#transitions = enabled(transitionDetectors, options);
    this.#groupStations = enabled(groupDetectors, options);
    this.#groups = new RankGroups(this.#groupStations, judging);
    this.#clockStations = enabled(clockDetectors, options);
    this.#clocks = new RunWatches(this.#clockStations);
    this.#machineStations = enabled(machineDetectors, options);
    this.#machine = new MachineWatch(this.#machineStations, (detector, judge) => {
      judging.judgeMachine(detector, judge);
    });
    this.#scalarStations = enabled(scalarDetectors, options) as ScalarStation[];
    this.#table = table;
    this.#scalars = new ScalarWatch(this.#scalarStations, (detector, { run, rank, uuid }, witness, judge) => {
      judging.judgeSeries(detector, { run, rank, uuid, witness }, judge);
    });
    for (const { detector } of this.#allStations()) judging.add(detector);
  }

  joined(hello: RankHello): void {
    this.#groups.joined(hello);
  }

  observation(observation: Observation): void {
    this.#ranks.observation(observation);
    this.#groups.observation(observation);
    this.#scalars.observation(observation);
  }

  /**
   * Looks at how ranks get on, and at the series of the machine when it is time. To be called every second or so.
   * @param time Unix seconds
   * @param runs those of which it can be told
   */
  tick(time: number, runs: readonly RunProgress[]): void {
    for (const { run, ranks } of runs) {
      for (const held of this.#clocks.of(run)) {
        this.#judging.judgeRanks(held.station.detector, run, askClock, held, ranks);
      }
    }
    this.#machine.sample(this.#table, time, runs);
    this.#scalars.sample(this.#table, time, runs);
  }

  layers(report: Observed<Reports['layers']>): void {
    this.#ranks.hear('layers', report);
  }

  tensor(report: Observed<Reports['tensor']>): void {
    this.#ranks.hear('tensor', report);
  }

  evaluation(report: Observed<Reports['evaluation']>): void {
    this.#ranks.hear('evaluation', report);
  }

  event(report: Observed<Reports['event']>): void {
    this.#ranks.hear('event', report);
  }

  serving(report: Observed<Reports['serving']>): void {
    this.#ranks.hear('serving', report);
  }

  transition(transition: RankTransition): void {
    const ended = endedStates.has(transition.to);
    if (ended) this.#groups.leave(transition);
    for (const station of this.#transitions) {
      this.#judging.judge(station.detector, transition, askTransition, station, transition);
    }
    if (ended) this.#sink.rankEnded(transition.run, transition.rank);
  }

  runEnded(run: string): void {
    this.#sink.runEnded(run);
  }

  rankForgotten(run: string, rank: number): void {
    this.#ranks.forgetRank({ run, rank });
    this.#groups.forgetRank({ run, rank });
    this.#scalars.forget(run, rank);
    this.#sink.rankForgotten(run, rank);
  }

  runForgotten(run: string): void {
    this.#ranks.forgetRun(run);
    this.#groups.forgetRun(run);
    this.#clocks.forget(run);
    this.#scalars.forget(run, null);
    this.#sink.runForgotten(run);
  }

  /**
   * Judges by other options from now on. What is held of ranks stays as it is: an option that shapes it, as the length of a window
   * does, holds for ranks that begin later. Which detectors run stays too.
   */
  reconfigure(options: DetectionEngineParts['options']): void {
    for (const station of this.#allStations()) {
      station.options = options[station.detector.kind] ?? station.options;
    }
  }

  /** The detectors' states, as they outlive the exporter; of runs and ranks that the runs do not hold nothing is taken back. */
  sections(holds: (identity: RankIdentity) => boolean, holdsRun: (run: string) => boolean): readonly Section[] {
    return [...this.#ranks.sections(holds), ...this.#groups.sections(holdsRun)];
  }

  /** Whether after a restart there is somebody who can tell that a rank has recovered. */
  canTellRecovery(kind: string, identity: RankIdentity): boolean {
    return (
      this.#transitions.some(({ detector }) => detector.kind === kind) ||
      this.#ranks.isRestored(kind, identity) ||
      this.#groups.isRestored(kind, identity.run)
    );
  }

  #allStations() {
    return [
      ...this.#ranks.stations,
      ...this.#transitions,
      ...this.#groupStations,
      ...this.#clockStations,
      ...this.#machineStations,
      ...this.#scalarStations,
    ];
  }
}

function askClock(
  { station, state }: HeldState<StatefulStation<AnyClockDetector>>,
  ranks: RunProgress['ranks'],
): readonly RankVerdict[] {
  return station.detector.observe(state, ranks, station.options);
}

function askTransition({ detector, options }: TransitionStation, transition: RankTransition): Verdict {
  return detector.observe(transition, options);
}

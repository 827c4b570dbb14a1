import * as v from 'valibot';
import type { RankIdentity } from '../runs/index.ts';
import { restoreState, type Section } from '../snapshot/index.ts';
import type { DetectorFacts, DetectorOptions } from './detector.ts';
import type { DetectorSeries, RankSeries } from './detector-series.ts';

/** A detector that holds a state of each rank. */
export interface RankDetector extends DetectorFacts {
  start(options: DetectorOptions): object;
}

/** A detector with its options and its series. */
export interface Station<Detector extends RankDetector> {
  readonly detector: Detector;
  /** Those in force; a reload changes them. */
  options: DetectorOptions;
  readonly series: DetectorSeries;
}

/** What one detector holds of one rank. */
export interface Watch<Detector extends RankDetector> {
  readonly station: Station<Detector>;
  readonly state: object;
  readonly series: RankSeries;
  /** The state is of before a restart of the exporter. */
  readonly restored: boolean;
}

const savedRank = v.object({
  run: v.string(),
  rank: v.pipe(v.number(), v.safeInteger()),
  states: v.record(v.string(), v.unknown()),
});

/** What all detectors hold of all ranks: from the first observation of a rank, or from before a restart, until the rank is forgotten. */
export class Watches<Detector extends RankDetector> {
  readonly #name: string;
  readonly #stations: readonly Station<Detector>[];
  readonly #ranks = new Map<string, Map<number, readonly Watch<Detector>[]>>();
  #revision = 0;

  /** @param name of the section of the snapshot */
  constructor(name: string, stations: readonly Station<Detector>[]) {
    this.#name = name;
    this.#stations = stations;
  }

  /** What the detectors hold of a rank that is observed now. */
  observed(identity: RankIdentity): readonly Watch<Detector>[] {
    this.#revision += 1;
    return this.#find(identity) ?? this.#begin(identity, new Map());
  }

  /** Whether what a detector of this kind holds of a rank is of before a restart. */
  isRestored(kind: string, identity: RankIdentity): boolean {
    return this.#find(identity)?.some(({ station, restored }) => restored && station.detector.kind === kind) ?? false;
  }

  forgetRank({ run, rank }: RankIdentity): void {
    const ranks = this.#ranks.get(run);
    for (const { series } of ranks?.get(rank) ?? []) series.remove();
    if (ranks?.delete(rank) === true) this.#revision += 1;
    if (ranks?.size === 0) this.#ranks.delete(run);
  }

  forgetRun(run: string): void {
    for (const rank of [...(this.#ranks.get(run)?.keys() ?? [])]) this.forgetRank({ run, rank });
  }

  /** @param holds whether the runs know a rank: nothing is taken back of others, since nobody would say when to forget it */
  section(holds: (identity: RankIdentity) => boolean): Section {
    return {
      name: this.#name,
      version: 1,
      revision: () => this.#revision,
      save: () => this.#save(),
      restore: (part) => this.#restore(part, holds),
    };
  }

  *#save(): Generator<v.InferOutput<typeof savedRank>> {
    for (const [run, ranks] of this.#ranks) {
      for (const [rank, watches] of ranks) {
        const states = Object.fromEntries(watches.map(({ station, state }) => [station.detector.kind, state]));
        yield { run, rank, states };
      }
    }
  }

  #restore(part: unknown, holds: (identity: RankIdentity) => boolean): string | null {
    if (!v.is(savedRank, part)) return 'it is not of the expected shape';
    if (!holds(part)) return `rank ${part.rank} of run ${JSON.stringify(part.run)} is not held any more`;
    const saved = new Map(Object.entries(part.states));
    const anew = this.#begin(part, saved).filter(({ station, restored }) => {
      return !restored && saved.has(station.detector.kind);
    });
    const kinds = anew.map(({ station }) => station.detector.kind);
    return kinds.length === 0 ? null : `the state of ${kinds.join(' and ')} has another shape`;
  }

  #find({ run, rank }: RankIdentity): readonly Watch<Detector>[] | undefined {
    return this.#ranks.get(run)?.get(rank);
  }

  #begin({ run, rank }: RankIdentity, saved: ReadonlyMap<string, unknown>): readonly Watch<Detector>[] {
    let ranks = this.#ranks.get(run);
    if (ranks === undefined) {
      ranks = new Map<number, readonly Watch<Detector>[]>();
      this.#ranks.set(run, ranks);
    }
    const watches = this.#stations.map((station): Watch<Detector> => {
      const { detector, options } = station;
      const series = station.series.of({ run, rank });
      const state = detector.start(options);
      const restored = restoreState(state, saved.get(detector.kind));
      return { station, series, restored, state: restored ? state : detector.start(options) };
    });
    ranks.set(rank, watches);
    return watches;
  }
}

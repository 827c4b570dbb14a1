import * as v from 'valibot';
import type { RankIdentity } from '../runs/index.ts';
import type { Section } from '../snapshot/index.ts';
import type { DetectorSeries, RankSeries } from './detector-series.ts';
import {
  beginState,
  isRestoredIn,
  mistakeIn,
  savedStates,
  statesOf,
  type HeldState,
  type StatefulDetector,
  type StatefulStation,
} from './held-state.ts';

/** A detector with its options and its series. */
export interface Station<Detector extends StatefulDetector> extends StatefulStation<Detector> {
  readonly series: DetectorSeries;
}

/** What one detector holds of one rank. */
export interface Watch<Detector extends StatefulDetector> extends HeldState<Station<Detector>> {
  readonly series: RankSeries;
}

const savedRank = v.object({
  run: v.string(),
  rank: v.pipe(v.number(), v.safeInteger()),
  states: savedStates,
});

/** What all detectors hold of all ranks: from the first observation of a rank, or from before a restart, until the rank is forgotten. */
export class Watches<Detector extends StatefulDetector> {
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
    return isRestoredIn(this.#find(identity) ?? [], kind);
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
      for (const [rank, watches] of ranks) yield { run, rank, states: statesOf(watches) };
    }
  }

  #restore(part: unknown, holds: (identity: RankIdentity) => boolean): string | null {
    if (!v.is(savedRank, part)) return 'it is not of the expected shape';
    if (!holds(part)) return `rank ${part.rank} of run ${JSON.stringify(part.run)} is not held any more`;
    const saved = new Map(Object.entries(part.states));
    return mistakeIn(this.#begin(part, saved), saved);
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
    const identity = { run, rank };
    const watches = this.#stations.map((station): Watch<Detector> => {
      const { state, restored } = beginState(station, saved);
      return { station, state, restored, series: station.series.of(identity) };
    });
    ranks.set(rank, watches);
    return watches;
  }
}

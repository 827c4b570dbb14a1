import type { Observation, RankHello, RankIdentity } from '../runs/index.ts';
import type { Section } from '../snapshot/index.ts';
import { concerns } from './concerns.ts';
import type { AnyGroupDetector, RankVerdict } from './group.ts';
import type { HeldState, StatefulStation } from './held-state.ts';
import type { Judging } from './judging.ts';
import { peerGroup, peerings, type Peering } from './ranks/peers.ts';
import { RunWatches } from './run-watches.ts';

/** Feeds detectors that compare ranks with what the ranks of each group observe. */
export class RankGroups {
  readonly #judging: Judging;
  readonly #watches: Readonly<Record<Peering, RunWatches<AnyGroupDetector>>>;
  /** By run and rank, the groups to which a rank belongs. */
  readonly #peers = new Map<string, Map<number, Readonly<Record<Peering, string>>>>();

  constructor(stations: readonly StatefulStation<AnyGroupDetector>[], judging: Judging) {
    this.#judging = judging;
    const compared = (peers: Peering) => new RunWatches(stations.filter(({ detector }) => detector.peers === peers));
    this.#watches = { run: compared('run'), work: compared('work'), replicas: compared('replicas') };
  }

  joined(hello: RankHello): void {
    const ranks = this.#peers.get(hello.run) ?? new Map<number, Readonly<Record<Peering, string>>>();
    const groups = {
      run: peerGroup('run', hello),
      work: peerGroup('work', hello),
      replicas: peerGroup('replicas', hello),
    };
    this.#peers.set(hello.run, ranks.set(hello.rank, groups));
  }

  observation(observation: Observation): void {
    const { run, rank } = observation;
    const group = this.#peers.get(run)?.get(rank);
    for (const peers of peerings) {
      for (const held of this.#watches[peers].of(run, group?.[peers])) {
        const { detector } = held.station;
        if (concerns(observation, detector.reads)) this.#judging.judgeRanks(detector, run, askGroup, held, observation);
      }
    }
  }

  /** The rank is no longer compared with others. */
  leave({ run, rank }: RankIdentity): void {
    for (const peers of peerings) {
      for (const { station, state } of this.#watches[peers].all(run)) station.detector.forget(state, rank);
    }
  }

  forgetRank({ run, rank }: RankIdentity): void {
    this.leave({ run, rank });
    this.#peers.get(run)?.delete(rank);
  }

  forgetRun(run: string): void {
    for (const peers of peerings) this.#watches[peers].forget(run);
    this.#peers.delete(run);
  }

  isRestored(kind: string, run: string): boolean {
    return peerings.some((peers) => this.#watches[peers].isRestored(kind, run));
  }

  sections(holds: (run: string) => boolean): readonly Section[] {
    return peerings.map((peers) => this.#watches[peers].section(`detect_${peers}`, holds));
  }
}

function askGroup(
  { station, state }: HeldState<StatefulStation<AnyGroupDetector>>,
  observation: Observation,
): readonly RankVerdict[] {
  return station.detector.observe(state, observation, station.options);
}

import type { Observation } from '../runs/index.ts';
import type { AnyGroupDetector } from './group.ts';
import type { DetectorOptions } from './detector.ts';

/** A detector with its options, which may be replaced while it runs. */
export interface GroupStation {
  readonly detector: AnyGroupDetector;
  options: DetectorOptions;
}

interface Watch {
  readonly station: GroupStation;
  readonly state: object;
}

/** Holds a state of every detector over groups for each run, until the runs forget it. All ranks of a run on this node are one group. */
export class GroupWatch {
  readonly #stations: readonly GroupStation[];
  readonly #runs = new Map<string, readonly Watch[]>();

  constructor(stations: readonly GroupStation[]) {
    this.#stations = stations;
  }

  observed({ run }: Observation): readonly Watch[] {
    let watches = this.#runs.get(run);
    if (watches === undefined) {
      watches = this.#stations.map((station) => ({
        station,
        state: station.detector.start(station.options),
      }));
      this.#runs.set(run, watches);
    }
    return watches;
  }

  /** The rank is no longer compared with the others. */
  forgetRank(run: string, rank: number): void {
    for (const { station, state } of this.#runs.get(run) ?? []) station.detector.forget(state, rank);
  }

  forgetRun(run: string): void {
    this.#runs.delete(run);
  }
}

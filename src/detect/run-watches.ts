import type { DetectorOptions } from './detector.ts';

/** A detector with its options, which may be replaced while it runs. */
export interface RunStation<Detector> {
  readonly detector: Detector;
  options: DetectorOptions;
}

interface RunWatch<Detector> {
  readonly station: RunStation<Detector>;
  readonly state: object;
}

/** Holds a state of each of its detectors for every group of ranks of a run, from when one is first asked for until the run is forgotten. */
export class RunWatches<Detector extends { start(options: DetectorOptions): object }> {
  readonly #stations: readonly RunStation<Detector>[];
  readonly #runs = new Map<string, Map<string, readonly RunWatch<Detector>[]>>();

  constructor(stations: readonly RunStation<Detector>[]) {
    this.#stations = stations;
  }

  /** @param group which of the groups of the run, where there are several */
  of(run: string, group = ''): readonly RunWatch<Detector>[] {
    let groups = this.#runs.get(run);
    if (groups === undefined) {
      groups = new Map<string, readonly RunWatch<Detector>[]>();
      this.#runs.set(run, groups);
    }
    let watches = groups.get(group);
    if (watches === undefined) {
      watches = this.#stations.map((station) => ({ station, state: station.detector.start(station.options) }));
      groups.set(group, watches);
    }
    return watches;
  }

  /** What is held of all groups of a run. */
  all(run: string): readonly RunWatch<Detector>[] {
    return [...(this.#runs.get(run)?.values() ?? [])].flat();
  }

  forget(run: string): void {
    this.#runs.delete(run);
  }
}

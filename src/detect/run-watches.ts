import * as v from 'valibot';
import { restoreState, type Section } from '../snapshot/index.ts';
import type { DetectorFacts, DetectorOptions } from './detector.ts';

/** A detector that holds a state of each group of ranks. */
export interface RunDetector extends DetectorFacts {
  start(options: DetectorOptions): object;
}

/** A detector with its options, which may be replaced while it runs. */
export interface RunStation<Detector> {
  readonly detector: Detector;
  options: DetectorOptions;
}

interface RunWatch<Detector> {
  readonly station: RunStation<Detector>;
  readonly state: object;
  /** The state is of before a restart of the exporter. */
  readonly restored: boolean;
}

const savedGroup = v.object({ run: v.string(), group: v.string(), states: v.record(v.string(), v.unknown()) });

/** Holds a state of each of its detectors for every group of ranks of a run, from when one is first asked for until the run is forgotten. */
export class RunWatches<Detector extends RunDetector> {
  readonly #stations: readonly RunStation<Detector>[];
  readonly #runs = new Map<string, Map<string, readonly RunWatch<Detector>[]>>();
  #revision = 0;

  constructor(stations: readonly RunStation<Detector>[]) {
    this.#stations = stations;
  }

  /** What is held of a group that is observed now. @param group which of the groups of the run, where there are several */
  of(run: string, group = ''): readonly RunWatch<Detector>[] {
    this.#revision += 1;
    return this.#runs.get(run)?.get(group) ?? this.#begin(run, group, new Map());
  }

  /** What is held of all groups of a run. */
  all(run: string): readonly RunWatch<Detector>[] {
    return [...(this.#runs.get(run)?.values() ?? [])].flat();
  }

  /** Whether what a detector of this kind holds of a run is of before a restart. */
  isRestored(kind: string, run: string): boolean {
    return this.all(run).some(({ station, restored }) => restored && station.detector.kind === kind);
  }

  forget(run: string): void {
    if (this.#runs.delete(run)) this.#revision += 1;
  }

  /** @param holds whether the runs know a run: nothing is taken back of others, since nobody would say when to forget it */
  section(name: string, holds: (run: string) => boolean): Section {
    return {
      name,
      version: 1,
      revision: () => this.#revision,
      save: () => this.#save(),
      restore: (part) => this.#restore(part, holds),
    };
  }

  *#save(): Generator<v.InferOutput<typeof savedGroup>> {
    for (const [run, groups] of this.#runs) {
      for (const [group, watches] of groups) {
        const states = Object.fromEntries(watches.map(({ station, state }) => [station.detector.kind, state]));
        yield { run, group, states };
      }
    }
  }

  #restore(part: unknown, holds: (run: string) => boolean): string | null {
    if (!v.is(savedGroup, part)) return 'it is not of the expected shape';
    if (!holds(part.run)) return `run ${JSON.stringify(part.run)} is not held any more`;
    const saved = new Map(Object.entries(part.states));
    const anew = this.#begin(part.run, part.group, saved).filter(
      ({ station, restored }) => !restored && saved.has(station.detector.kind),
    );
    const kinds = anew.map(({ station }) => station.detector.kind);
    return kinds.length === 0 ? null : `the state of ${kinds.join(' and ')} has another shape`;
  }

  #begin(run: string, group: string, saved: ReadonlyMap<string, unknown>): readonly RunWatch<Detector>[] {
    const groups = this.#runs.get(run) ?? new Map<string, readonly RunWatch<Detector>[]>();
    this.#runs.set(run, groups);
    const watches = this.#stations.map((station): RunWatch<Detector> => {
      const { detector, options } = station;
      const state = detector.start(options);
      const restored = restoreState(state, saved.get(detector.kind));
      return { station, restored, state: restored ? state : detector.start(options) };
    });
    groups.set(group, watches);
    return watches;
  }
}

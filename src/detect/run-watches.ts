import * as v from 'valibot';
import type { Section } from '../snapshot/index.ts';
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

const savedGroup = v.object({ run: v.string(), group: v.string(), states: savedStates });

/** Holds a state of each of its detectors for every group of ranks of a run, from when one is first asked for until the run is forgotten. */
export class RunWatches<Detector extends StatefulDetector> {
  readonly #stations: readonly StatefulStation<Detector>[];
  readonly #runs = new Map<string, Map<string, readonly HeldState<StatefulStation<Detector>>[]>>();
  #revision = 0;

  constructor(stations: readonly StatefulStation<Detector>[]) {
    this.#stations = stations;
  }

  /** What is held of a group that is observed now. @param group which of the groups of the run, where there are several */
  of(run: string, group = ''): readonly HeldState<StatefulStation<Detector>>[] {
    this.#revision += 1;
    return this.#runs.get(run)?.get(group) ?? this.#begin(run, group, new Map());
  }

  /** What is held of all groups of a run. */
  all(run: string): readonly HeldState<StatefulStation<Detector>>[] {
    return [...(this.#runs.get(run)?.values() ?? [])].flat();
  }

  /** Whether what a detector of this kind holds of a run is of before a restart. */
  isRestored(kind: string, run: string): boolean {
    return isRestoredIn(this.all(run), kind);
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
      for (const [group, held] of groups) yield { run, group, states: statesOf(held) };
    }
  }

  #restore(part: unknown, holds: (run: string) => boolean): string | null {
    if (!v.is(savedGroup, part)) return 'it is not of the expected shape';
    if (!holds(part.run)) return `run ${JSON.stringify(part.run)} is not held any more`;
    const saved = new Map(Object.entries(part.states));
    return mistakeIn(this.#begin(part.run, part.group, saved), saved);
  }

  #begin(
    run: string,
    group: string,
    saved: ReadonlyMap<string, unknown>,
  ): readonly HeldState<StatefulStation<Detector>>[] {
    const groups = this.#runs.get(run) ?? new Map<string, readonly HeldState<StatefulStation<Detector>>[]>();
    this.#runs.set(run, groups);
    const held = this.#stations.map((station) => beginState(station, saved));
    groups.set(group, held);
    return held;
  }
}

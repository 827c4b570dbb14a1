import * as v from 'valibot';
import { restoreState } from '../snapshot/index.ts';
import type { DetectorFacts, DetectorOptions } from './detector.ts';

/** A detector that holds a state of each thing that it judges. */
export interface StatefulDetector extends DetectorFacts {
  start(options: DetectorOptions): object;
}

/** A detector with its options. */
export interface StatefulStation<Detector extends StatefulDetector> {
  readonly detector: Detector;
  /** Those in force; a reload changes them. */
  options: DetectorOptions;
}

/** What one detector holds of one thing. */
export interface HeldState<Station> {
  readonly station: Station;
  readonly state: object;
  /** The state is of before a restart of the exporter. */
  readonly restored: boolean;
}

/** The states that all detectors hold of one thing, by kind, as they outlive the exporter. */
export const savedStates = v.record(v.string(), v.unknown());

export function statesOf(
  held: readonly HeldState<StatefulStation<StatefulDetector>>[],
): v.InferOutput<typeof savedStates> {
  return Object.fromEntries(held.map(({ station, state }) => [station.detector.kind, state]));
}

/** Begins what a detector holds: with what was saved of it, where that is of its shape, else anew. */
export function beginState<Station extends StatefulStation<StatefulDetector>>(
  station: Station,
  saved: ReadonlyMap<string, unknown>,
): HeldState<Station> {
  const { detector, options } = station;
  const state = detector.start(options);
  if (!saved.has(detector.kind)) return { station, restored: false, state };
  const restored = restoreState(state, saved.get(detector.kind));
  return { station, restored, state: restored ? state : detector.start(options) };
}

/** Whether the state of a detector of this kind is of before a restart. */
export function isRestoredIn(held: readonly HeldState<StatefulStation<StatefulDetector>>[], kind: string): boolean {
  return held.some(({ station, restored }) => restored && station.detector.kind === kind);
}

/** Says which of the saved states could not be taken back; null where all could. */
export function mistakeIn(
  held: readonly HeldState<StatefulStation<StatefulDetector>>[],
  saved: ReadonlyMap<string, unknown>,
): string | null {
  const kinds = held
    .filter(({ station, restored }) => !restored && saved.has(station.detector.kind))
    .map(({ station }) => station.detector.kind);
  return kinds.length === 0 ? null : `the state of ${kinds.join(' and ')} has another shape`;
}

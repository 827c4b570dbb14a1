import type { AbsenceReason } from './collector.ts';

/** How the readings of a collector go. */
export type CollectorState =
  /** The outcome of its first reading is not known yet. */
  | { readonly state: 'starting' }
  | { readonly state: 'works' }
  | { readonly state: 'failing'; readonly reason: string; readonly message: string }
  /** There is nothing to read on this machine, which is no failure. */
  | { readonly state: 'absent'; readonly reason: AbsenceReason; readonly message: string };

/** What there is to tell of one collector. */
export type CollectorReport = { readonly name: string } & CollectorState;

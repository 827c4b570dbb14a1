import type { Field, Observation } from '../runs/index.ts';

/** Whether an observation is one for a detector that reads these fields. A return to an earlier step concerns all. */
export function concerns({ fresh, wentBack }: Observation, reads: readonly Field[]): boolean {
  if (wentBack) return true;
  // By index: this is asked for every detector at every step, and an iterator or a closure leaves garbage behind each time.
  for (let at = 0; at < reads.length; at += 1) {
    const field = reads[at];
    if (field !== undefined && fresh[field] !== undefined) return true;
  }
  return false;
}

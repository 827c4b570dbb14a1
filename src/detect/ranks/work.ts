import type { StepValues } from '../../runs/index.ts';
import type { StepRow } from './step-board.ts';

/** What a rank did in one step, in seconds. */
export interface Work {
  /** The time that it needed itself: that of the step less what it waited for others. */
  readonly own: number;
  /** What it waited for others; null where the rank does not tell it. */
  readonly wait: number | null;
}

/** Says of what shape a Work is. */
export const noWork: Work = { own: 0, wait: null };

/** Whether a rank tells its own time apart from its wait for others. */
export function tellsOwn({ collective_wait_seconds: wait, own_seconds: own }: StepValues): boolean {
  return wait !== undefined || own !== undefined;
}

/** Null where a step leaves nothing to compare. Where ranks tell neither wait nor own time, that is the time of the step. */
export function workOf(known: StepValues): Work | null {
  const { step_seconds: whole, own_seconds: told } = known;
  if (whole === undefined || !(whole > 0)) return null;
  const wait = known.collective_wait_seconds ?? (told === undefined ? null : Math.max(0, whole - told));
  // Clocks of a device and of the host differ a little: a wait as long as the step leaves no own time to compare.
  const own = told ?? whole - (wait ?? 0);
  return own > 0 ? { own, wait } : null;
}

/**
 * The ranks of a step whose times can be compared: where some tell what they waited, those alone. The time of another one's whole step
 * would look like an own time that is long.
 */
export function comparableOf(row: StepRow<Work>): StepRow<Work> {
  const telling = [...row].filter(([, { wait }]) => wait !== null);
  return telling.length === 0 || telling.length === row.size ? row : new Map(telling);
}

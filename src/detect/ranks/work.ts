import type { StepValues } from '../../runs/index.ts';
import { pausedAfter } from '../paused-after.ts';
import type { StepRow } from './step-board.ts';

/** What a rank did in one step, in seconds. */
export interface Work {
  /** The time that it needed itself: that of the step less what it waited for others. */
  readonly own: number;
  /** What it waited for others; null where the rank does not tell it. */
  readonly wait: number | null;
  /** It evaluated or wrote a checkpoint after the step. */
  readonly paused: boolean;
  /** Of its own time what it waited for input, and what the copy of that to the device took; null where it does not tell. */
  readonly input: number | null;
  readonly copy: number | null;
}

/** The fields of a step that it is taken from. */
export const readsWork = [
  'step_seconds',
  'collective_wait_seconds',
  'own_seconds',
  'checkpoint_seconds',
  'evaluation_seconds',
] as const;

/** Says of what shape a Work is. */
export const noWork: Work = { own: 0, wait: null, paused: false, input: null, copy: null };

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
  if (!(own > 0)) return null;
  const { data_wait_seconds: input = null, host_to_device_seconds: copy = null } = known;
  return { own, wait, paused: pausedAfter(known), input, copy };
}

/** Where some ranks tell what they waited, those alone: the time of another one's whole step would look like an own time that is long. */
export function tellingOf(row: StepRow<Work>): StepRow<Work> {
  return partOf(row, ({ wait }) => wait !== null);
}

/**
 * Where some ranks evaluated or wrote a checkpoint and others did not, the others: some workers count that as time of the step. Where all
 * do, as in each step of reinforcement learning, they are alike.
 */
export function trainingOf(row: StepRow<Work>): StepRow<Work> {
  return partOf(row, ({ paused }) => !paused);
}

/** The ranks of which that is so; all of them where it is so of none. */
function partOf(row: StepRow<Work>, isSo: (work: Work) => boolean): StepRow<Work> {
  const part = [...row].filter(([, work]) => isSo(work));
  return part.length === 0 || part.length === row.size ? row : new Map(part);
}

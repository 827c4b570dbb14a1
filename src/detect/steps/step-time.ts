import type { Observation, StepValues } from '../../runs/index.ts';
import { pausedAfter } from '../paused-after.ts';

/** The time of a step that this report brings, in seconds; null for a step that did more than train, or where there is none. */
export function trainingSeconds({ fresh, known }: Observation): number | null {
  const seconds = fresh.step_seconds;
  if (seconds === undefined || !(seconds > 0) || seconds === Infinity) return null;
  return pausedAfter(known) || known.validation_loss !== undefined ? null : seconds;
}

/**
 * By what the work of a step is measured, the surest first: the operations of the model, of which its utilisation over the time of the step is
 * a share that stays the same; tokens; samples. By nothing a step is as much work as any other.
 */
export const workMeasures = ['floating_point_operations', 'mfu_ratio', 'tokens', 'samples', 'steps'] as const;
export type WorkMeasure = (typeof workMeasures)[number];

/** How much the step worked on; null where the worker does not tell it by this measure. */
export function workBy(measure: WorkMeasure, known: StepValues): number | null {
  if (measure === 'steps') return 1;
  const times = measure === 'mfu_ratio' ? known.step_seconds : 1;
  const work = (known[measure] ?? NaN) * (times ?? NaN);
  return work > 0 && work < Infinity ? work : null;
}

import type { StepValues } from '../runs/index.ts';

/** Whether the worker tells that it evaluated or wrote a checkpoint after the step. Zero seconds are none. */
export function pausedAfter({ checkpoint_seconds = 0, evaluation_seconds = 0 }: StepValues): boolean {
  return checkpoint_seconds > 0 || evaluation_seconds > 0;
}

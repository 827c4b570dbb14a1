import type { Observation } from '../../runs/index.ts';
import { pausedAfter } from '../paused-after.ts';

/** The time of a step that this report brings, in seconds; null for a step that did more than train, or where there is none. */
export function trainingSeconds({ fresh, known }: Observation): number | null {
  const seconds = fresh.step_seconds;
  if (seconds === undefined || !(seconds > 0) || seconds === Infinity) return null;
  return pausedAfter(known) || known.validation_loss !== undefined ? null : seconds;
}

/** How much the step worked on, tokens or samples; null where the worker does not tell. */
export function workOf({ known: { tokens, samples } }: Observation): number | null {
  const work = tokens ?? samples;
  return work !== undefined && work > 0 && work < Infinity ? work : null;
}

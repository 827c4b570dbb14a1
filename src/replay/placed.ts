import type { Field, StepRecord, StepValues } from '../runs/index.ts';
import type { Row } from './row.ts';

const ofEvaluations: ReadonlySet<string> = new Set<Field>([
  'validation_loss',
  'evaluated_training_loss',
  'evaluation_seconds',
]);

/** Whether a row tells of an evaluation and nothing of the training; the epoch is told with both. */
export function isOfEvaluation(values: StepValues): boolean {
  const names = Object.keys(values).filter((name) => name !== 'epoch');
  return names.length > 0 && names.every((name) => ofEvaluations.has(name));
}

/** Whether an evaluation ended before the row was written. */
export function tellsEvaluation(values: StepValues): boolean {
  return Object.keys(values).some((name) => ofEvaluations.has(name));
}

/**
 * The row as a report of the step that it belongs to. Trackers write the training and the evaluation of a step as two rows, and
 * repeat in the second what says where the training stands: that is no return to a checkpoint. An evaluation of a lower step does not
 * take the training back either; it is of the step that the training has reached, as in event files.
 */
export function placed(row: Row, newest: StepRecord | null): Row {
  if (newest === null || row.step > newest.step) return row;
  const { known } = newest;
  const late = row.step < newest.step && isOfEvaluation(row.values);
  if (!late && row.step !== newest.step) return row;
  const told = Object.entries(row.values) as [Field, number][];
  if (!late && told.some(([name, value]) => name in known && !Object.is(known[name], value))) return row;
  return { ...row, step: newest.step, values: Object.fromEntries(told.filter(([name]) => !(name in known))) };
}

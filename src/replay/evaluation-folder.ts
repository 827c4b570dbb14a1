import type { EvaluationReport } from '../runs/index.ts';
import { filesOf, readFolder } from '../tfma/index.ts';

/**
 * The evaluation in an output folder of TensorFlow Model Analysis, with all its slices.
 * @param complain is told of records that could not be read, by their number
 * @throws Error of the file system, or when the folder holds no evaluation
 */
export async function readEvaluation(folder: string, complain: (records: number) => void): Promise<EvaluationReport> {
  const files = await filesOf(folder);
  if (files === null)
    throw new Error('found no metrics-* in this folder, expected a result of TensorFlow Model Analysis');
  const { slices, failures, damaged } = await readFolder(folder, files, Infinity);
  if (damaged > 0) complain(damaged);
  return { dataset: 'tfma', step: null, time: files.writtenAt, slices, failures: failures ?? [] };
}

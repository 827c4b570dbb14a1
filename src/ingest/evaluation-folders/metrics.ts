import { counter, gauge, type Row, type SeriesTable } from '../../series/index.ts';
import type { RefusalCode } from '../refusals.ts';
import { ProblemCounts, type FoldersLog } from '../watched-folders/problem-counts.ts';

/** What can be wrong with folders, and what is done about it. */
const problems = {
  unreadable: 'it cannot be read',
  too_many_folders:
    'there are more folders than are looked into; name folders further below in evaluations.directories',
  damaged_record: 'records are damaged, too long, or of another kind; they are left out',
  too_many_slices:
    'there are more slices than runs.max_slices; those of all data and those that broke a threshold are kept first',
  no_validation: 'it has no validations.tfrecord, so that nothing is known of its thresholds',
  name_unfit: 'its path makes no name of a run: more than 128 characters, or control characters',
  run_limit: 'runs.max_runs or runs.max_ranks leaves no place for it',
} as const;

export type EvaluationProblem = keyof typeof problems;

const totals = {
  followed: gauge('gradwatch_exporter_evaluation_folders', {
    help: 'Evaluations of TensorFlow Model Analysis that are followed: of several versions of one, the last',
  }),
  read: counter('gradwatch_exporter_evaluation_reads_total', {
    help: 'Times that the result of an evaluation was read',
  }),
} as const;

const byReason = {
  problems: counter('gradwatch_exporter_evaluation_problems_total', {
    help: 'What was wrong with results of evaluations and their folders, by reason',
    labels: ['reason'],
  }),
  refused: counter('gradwatch_exporter_evaluation_refused_total', {
    help: 'What was not taken of results of evaluations, by reason',
    labels: ['reason'],
  }),
} as const;

export const evaluationsMetrics = [...Object.values(totals), ...Object.values(byReason)] as const;

/** What can befall a metric, a slice, or the time of an evaluation. */
const refusals = [
  'time_invalid',
  'name_invalid',
  'name_limit',
  'length_limit',
] as const satisfies readonly RefusalCode[];

/** What is counted of results of evaluations. */
export class EvaluationCounts extends ProblemCounts<EvaluationProblem> {
  readonly #totals: Row<keyof typeof totals>;

  constructor(table: SeriesTable, log: FoldersLog) {
    super(table, log, { subject: 'evaluations', problems, refusals, metrics: byReason });
    this.#totals = table.group([], totals).row({});
  }

  override begin(): void {
    super.begin();
    this.#totals.set('read', 0);
  }

  show(followed: number): void {
    this.#totals.set('followed', followed);
  }

  addRead(): void {
    this.#totals.add('read');
  }
}

import type { Metric, SeriesGroup, SeriesTable } from '../../series/index.ts';
import type { RefusalCode } from '../refusals.ts';

export interface FoldersLog {
  warn(facts: object, message: string): void;
}

/** What a source of files counts, by reason. */
interface Declaration<Problem extends string> {
  /** Within a log line: whose problems they are. */
  readonly subject: string;
  /** What can be wrong, and what is done about it. */
  readonly problems: Readonly<Record<Problem, string>>;
  /** What can befall what its files tell. */
  readonly refusals: readonly RefusalCode[];
  readonly metrics: { readonly problems: Metric<string, 'reason'>; readonly refused: Metric<string, 'reason'> };
}

/** Counts what is wrong with files, and what is not taken of what they tell. The first of each problem is logged too. */
export class ProblemCounts<Problem extends string> {
  readonly #declaration: Declaration<Problem>;
  readonly #problems: SeriesGroup<'problems', 'reason'>;
  readonly #refused: SeriesGroup<'refused', 'reason'>;
  readonly #log: FoldersLog;

  constructor(table: SeriesTable, log: FoldersLog, declaration: Declaration<Problem>) {
    const { problems, refused } = declaration.metrics;
    this.#declaration = declaration;
    this.#log = log;
    this.#problems = table.group(['reason'], { problems });
    this.#refused = table.group(['reason'], { refused });
  }

  /** Begins each count at 0, so that the first problem is seen as a rise. */
  begin(): void {
    for (const reason of Object.keys(this.#declaration.problems)) this.#problems.row({ reason }).set('problems', 0);
    for (const reason of this.#declaration.refusals) this.#refused.row({ reason }).set('refused', 0);
  }

  addRefused(reason: RefusalCode): void {
    this.#refused.row({ reason }).add('refused');
  }

  addProblem(reason: Problem, path: string, { error, times = 1 }: { error?: unknown; times?: number } = {}): void {
    if (times === 0) return;
    const row = this.#problems.row({ reason });
    if (row.get('problems') === 0) {
      const { subject, problems } = this.#declaration;
      const message = `${subject}: ${reason} at ${path}: ${problems[reason]}. Further ones are counted`;
      this.#log.warn({ reason, path, ...(error !== undefined && { err: error }) }, message);
    }
    row.add('problems', times);
  }
}

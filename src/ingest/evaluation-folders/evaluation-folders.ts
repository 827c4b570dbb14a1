import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Evaluation } from '../../protocol/index.ts';
import { RunsLimitError, type Rank, type RankHello, type Runs, type RunsOptions } from '../../runs/index.ts';
import type { SeriesTable } from '../../series/index.ts';
import { readFolder, type FolderEvaluation } from '../../tfma/index.ts';
import type { Refusal } from '../refusals.ts';
import { takeBatch } from '../take-batch.ts';
import { isRunName } from '../validate/hello.ts';
import type { FoldersLog } from '../watched-folders/problem-counts.ts';
import { Repeating } from '../watched-folders/repeating.ts';
import { findResults, type FoundResult } from './find-results.ts';
import { EvaluationCounts } from './metrics.ts';
import type { EvaluationsOptions } from './options.ts';

export interface EvaluationFoldersContext {
  readonly table: SeriesTable;
  readonly runs: Runs;
  readonly options: EvaluationsOptions;
  /** What may be told of one evaluation, as it is now. */
  readonly limits: () => RunsOptions;
  /** Unix time in seconds. */
  readonly now: () => number;
  readonly log: FoldersLog;
}

/** The data set under which a result is shown. */
const dataset = 'tfma';
/** A result that broke thresholds is told again so often, so that its finding does not expire while it stands, seconds. */
const againAfter = 600;
/** A run that only evaluations tell of is incomplete when its folder is gone for so many looks. */
const patience = 10;

/** What was told last of an evaluation. */
interface Told {
  readonly stamp: string;
  readonly evaluation: Evaluation;
  readonly at: number;
}

/** Looks at output folders of TensorFlow Model Analysis and reports what they tell, as if workers did. */
export class EvaluationFolders {
  readonly #context: EvaluationFoldersContext;
  readonly #directories: readonly string[];
  readonly #counts: EvaluationCounts;
  readonly #told = new Map<string, Told>();
  readonly #beats: Repeating;

  constructor(context: EvaluationFoldersContext) {
    this.#context = context;
    this.#directories = context.options.directories.map((directory) => resolve(directory));
    this.#counts = new EvaluationCounts(context.table, context.log);
    if (this.#directories.length > 0) this.#counts.begin();
    this.#beats = new Repeating(
      () => this.beat(),
      (error) => {
        context.log.warn({ err: error }, 'looking at evaluations failed; it is tried again');
      },
    );
  }

  /** Begins to look, where there are directories. */
  start(): void {
    if (this.#directories.length > 0) this.#beats.start(this.#context.options.interval);
  }

  async stop(): Promise<void> {
    await this.#beats.stop();
  }

  /** Looks at all folders once, and reports what is new in them. */
  async beat(): Promise<void> {
    const { options, now } = this.#context;
    const seen = new Set<string>();
    for (const directory of this.#directories) {
      const results = await findResults(directory, now() - options.max_age, (reason, path, error) => {
        this.#counts.addProblem(reason, path, { error });
      });
      for (const result of results) {
        if (this.#beats.stopping) return;
        if (!isRunName(result.run)) this.#counts.addProblem('name_unfit', result.folder);
        else if (!seen.has(result.run)) await this.#look(result);
        seen.add(result.run);
      }
    }
    for (const run of this.#told.keys()) if (!seen.has(run)) this.#told.delete(run);
    this.#counts.show(seen.size);
  }

  async #look({ run, folder, files }: FoundResult): Promise<void> {
    const { limits, now } = this.#context;
    const told = this.#told.get(run);
    const stamp = `${folder} ${files.stamp}`;
    if (told?.stamp === stamp) {
      const broken = (told.evaluation.failures ?? []).length > 0;
      this.#tell(run, broken && now() - told.at >= againAfter ? told : null);
      return;
    }
    try {
      const found = await readFolder(folder, files, limits().max_slices);
      this.#counts.addRead();
      this.#counts.addProblem('damaged_record', folder, { times: found.damaged });
      this.#counts.addProblem('too_many_slices', folder, { times: found.leftOut });
      this.#counts.addProblem('no_validation', folder, { times: found.failures === null ? 1 : 0 });
      this.#tell(run, { stamp, evaluation: messageOf(found, files.writtenAt), at: now() });
    } catch (error) {
      this.#counts.addProblem('unreadable', folder, { error });
    }
  }

  /** Reports an evaluation; with null only that it is still there. */
  #tell(run: string, told: Told | null): void {
    const { limits, now, options } = this.#context;
    const rank = this.#rankOf(run);
    if (rank === null) return;
    if (rank.intake.session === sessionOf(run)) rank.reportsByCalls(now(), patience * options.interval);
    if (told === null) return;
    this.#told.set(run, { ...told, at: now() });
    const refused = ({ code }: Refusal): void => {
      this.#counts.addRefused(code);
    };
    takeBatch({ evaluations: [told.evaluation] }, rank, { arrival: now(), limits: limits(), refused });
  }

  /** The first rank of the run, whoever speaks for it; where nobody does, this one does. */
  #rankOf(run: string): Rank | null {
    const held = this.#context.runs.find(run, 0);
    const own = held === undefined || held.intake.session === sessionOf(run);
    if (held !== undefined && (!own || (held.endedAt === null && held.state !== 'incomplete'))) return held;
    try {
      return this.#context.runs.join(helloOf(run), held !== undefined);
    } catch (error) {
      if (!(error instanceof RunsLimitError)) throw error;
      this.#counts.addProblem('run_limit', run, { error });
      return null;
    }
  }
}

/** As a worker would say it. */
function messageOf({ slices, failures }: FolderEvaluation, writtenAt: number): Evaluation {
  return {
    dataset,
    unix_nanos: writtenAt * 1e9,
    slices: slices.map(({ slice, samples, metrics }) => ({ slice, metrics, ...(samples !== null && { samples }) })),
    failures: (failures ?? []).map(({ metric, slice, bound, value, threshold }) => ({
      ...{ metric, slice, bound: `BOUND_${bound.toUpperCase()}` as 'BOUND_LOWER' },
      ...(value !== null && { value }),
      ...(threshold !== null && { threshold }),
    })),
  };
}

/** No worker can have it: theirs are of a text of at most 64 characters. */
function sessionOf(run: string): string {
  return createHash('sha256').update(`evaluations of ${run}`.padEnd(65)).digest('hex');
}

/** A model that is evaluated and not trained takes no steps, as one that serves. */
function helloOf(run: string): RankHello {
  return {
    ...{ run, rank: 0, worldSize: 1, localRank: null, attempt: 0, session: sessionOf(run) },
    ...{ node: null, gpuUuid: null, framework: null, model: null, process: null },
    ...{ job: null, role: 'inference', parallel: {}, labels: {} },
  };
}

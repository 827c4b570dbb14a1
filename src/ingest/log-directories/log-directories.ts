import { resolve } from 'node:path';
import type { Runs, RunsOptions } from '../../runs/index.ts';
import { Vocabulary } from '../../scalars/index.ts';
import type { SeriesTable } from '../../series/index.ts';
import { isRunName } from '../validate/hello.ts';
import type { FoldersLog } from '../watched-folders/problem-counts.ts';
import { Repeating } from '../watched-folders/repeating.ts';
import { EventTail } from './event-tail.ts';
import { findEventFiles, type FoundFile } from './find-files.ts';
import { FollowedRank } from './followed-rank.ts';
import { EventFilesCounts, type EventFileProblem } from './metrics.ts';
import type { EventFilesOptions } from './options.ts';
import { Pace } from './pace.ts';
import { placeOf, rankPattern, type Place } from './place.ts';

export interface LogDirectoriesContext {
  readonly table: SeriesTable;
  readonly runs: Runs;
  readonly options: EventFilesOptions;
  /** What one rank may report, as it is now. */
  readonly limits: () => RunsOptions;
  /** Unix time in seconds. */
  readonly now: () => number;
  /** Seconds that only rise. */
  readonly monotonic: () => number;
  readonly log: FoldersLog;
}

/** How long the event loop may be held up at a time, seconds. */
const slice = 0.002;
/** Files that did not grow for so long are looked at only when the directories are searched, seconds. */
const quietAfter = 600;

/**
 * Follows the event files below log directories and reports what they tell of runs, as if workers did. Polls, since the notices of a
 * kernel do not tell what another machine wrote to a network file system.
 */
export class LogDirectories {
  readonly #context: LogDirectoriesContext;
  readonly #directories: readonly string[];
  readonly #vocabulary: Vocabulary;
  readonly #rankPattern: RegExp | null;
  readonly #counts: EventFilesCounts;
  readonly #ranks = new Map<string, FollowedRank>();
  /** Of every followed file the rank that it tells of. */
  readonly #owners = new Map<string, FollowedRank>();
  #searchedAt = -Infinity;
  #turn = 0;
  readonly #beats: Repeating;

  /** @throws Error when a pattern or a mapping of tags makes no sense, see {@link eventFilesMistakes} */
  constructor(context: LogDirectoriesContext) {
    const { directories, tags, rank_pattern: pattern } = context.options;
    this.#context = context;
    this.#directories = directories.map((directory) => resolve(directory));
    const vocabulary = Vocabulary.of(tags, 'event_files.tags');
    if ('error' in vocabulary) throw new Error(vocabulary.error);
    this.#vocabulary = vocabulary.value;
    this.#rankPattern = rankPattern(pattern);
    this.#counts = new EventFilesCounts(context.table, context.log);
    if (this.#directories.length > 0) this.#counts.begin();
    this.#beats = new Repeating(
      () => this.beat(),
      (error) => {
        context.log.warn({ err: error }, 'following event files failed; it is tried again');
      },
    );
  }

  /** Begins to follow, where there are directories. */
  start(): void {
    if (this.#directories.length > 0) this.#beats.start(this.#context.options.interval);
  }

  async stop(): Promise<void> {
    await this.#beats.stop();
  }

  /** Looks at all files once, and takes what is new in them. */
  async beat(): Promise<void> {
    const { options, now } = this.#context;
    const time = now();
    const first = this.#searchedAt === -Infinity;
    const search = time - this.#searchedAt >= options.scan_interval;
    if (search) {
      this.#searchedAt = time;
      await this.#search(first);
    }
    for (const path of [...this.#owners.keys()]) await this.#look(path, search ? Infinity : quietAfter);
    await this.#advance();
    let backlog = 0;
    let unknown = 0;
    for (const rank of this.#ranks.values()) {
      for (const tail of rank.tails) backlog += tail.backlog;
      unknown += rank.unknownTags;
    }
    this.#counts.show(this.#owners.size, backlog, unknown);
  }

  async #search(first: boolean): Promise<void> {
    const { options, now } = this.#context;
    const since = now() - options.max_age;
    const found: (FoundFile & { readonly directory: string })[] = [];
    for (const directory of this.#directories) {
      const files = await findEventFiles(directory, since, (reason, path, error) => {
        this.#counts.addProblem(reason, path, { error });
      });
      found.push(...files.map((file) => ({ ...file, directory })));
    }
    found.sort((one, other) => other.writtenAt - one.writtenAt);
    for (const { path } of found.splice(options.max_files)) this.#counts.addProblem('too_many_files', path);
    const paths = new Set(found.map(({ path }) => path));
    for (const path of this.#owners.keys()) if (!paths.has(path)) this.#leave(path);
    for (const { path, directory } of found) {
      if (!this.#owners.has(path)) await this.#follow(directory, path, first && options.begin === 'end');
    }
  }

  async #follow(directory: string, path: string, fromEnd: boolean): Promise<void> {
    const place = placeOf(directory, path, this.#rankPattern);
    if (!isRunName(place.run)) {
      this.#counts.addProblem('name_unfit', path);
      return;
    }
    const rank = this.#rankOf(directory, place);
    const mark = rank.markOf(path);
    const problem = (reason: EventFileProblem): void => {
      this.#counts.addProblem(reason, path);
    };
    const tail = new EventTail(path, problem, mark);
    rank.follow(tail, place.writer);
    this.#owners.set(path, rank);
    if (!fromEnd || mark !== undefined) return;
    await this.#look(path, Infinity);
    tail.passOver();
  }

  #rankOf(directory: string, place: Place): FollowedRank {
    const key = JSON.stringify([directory, place.run, place.rank]);
    let rank = this.#ranks.get(key);
    if (rank === undefined) {
      const { runs, now, options, limits } = this.#context;
      const [counts, vocabulary] = [this.#counts, this.#vocabulary];
      const parts = { runs, now, limits, counts, vocabulary, patience: options.stale_after };
      rank = new FollowedRank(directory, place.run, place.rank, parts);
      this.#ranks.set(key, rank);
    }
    return rank;
  }

  #leave(path: string): void {
    const rank = this.#owners.get(path);
    rank?.leave(path);
    this.#owners.delete(path);
    for (const [key, each] of this.#ranks) if (each === rank && each.tails.length === 0) this.#ranks.delete(key);
  }

  /** @param quiet files that did not grow for so many seconds are passed over */
  async #look(path: string, quiet: number): Promise<void> {
    const tail = this.#owners.get(path)?.tailOf(path);
    if (tail === undefined) return;
    if (tail.writtenAt > 0 && this.#context.now() - tail.writtenAt > quiet) return;
    try {
      await tail.look();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#counts.addProblem('unreadable', path, { error });
      this.#leave(path);
    }
  }

  /** Takes what is new, of every rank in turn, until as much was read as may be. */
  async #advance(): Promise<void> {
    let left = this.#context.options.bytes_per_beat;
    const read = async (tail: EventTail): Promise<boolean> => {
      if (left <= 0 || this.#beats.stopping) return false;
      try {
        const bytes = await tail.read();
        left -= bytes;
        this.#counts.add('bytes', bytes);
      } catch (error) {
        this.#counts.addProblem('unreadable', tail.path, { error });
        this.#leave(tail.path);
        return false;
      }
      return true;
    };
    const ranks = [...this.#ranks.values()];
    this.#turn += 1;
    const pace = new Pace(this.#context.monotonic, slice);
    for (let at = 0; at < ranks.length; at += 1) {
      const rank = ranks[(this.#turn + at) % ranks.length];
      if (rank === undefined) continue;
      if (rank.isTaken) this.#counts.addProblem('run_taken', rank.run);
      else await rank.advance(read, pace);
    }
  }
}

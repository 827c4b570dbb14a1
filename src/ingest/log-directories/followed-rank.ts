import { createHash } from 'node:crypto';
import type { Event } from '../../event-files/index.ts';
import type { Step } from '../../protocol/index.ts';
import {
  RunsLimitError,
  type FileMark,
  type FileMarks,
  type Rank,
  type RankHello,
  type Runs,
  type RunsOptions,
} from '../../runs/index.ts';
import { StepAssembler, type AssembledStep, type Vocabulary, type Writer } from '../../scalars/index.ts';
import type { Refusal } from '../refusals.ts';
import { takeBatch } from '../take-batch.ts';
import type { EventTail } from './event-tail.ts';
import type { EventFilesCounts } from './metrics.ts';

export interface FollowedRankParts {
  readonly runs: Runs;
  readonly counts: EventFilesCounts;
  readonly vocabulary: Vocabulary;
  /** What one rank may report, as it is now. */
  readonly limits: () => RunsOptions;
  /** Seconds of silence after which the rank is incomplete. */
  readonly patience: number;
  /** Unix time in seconds. */
  readonly now: () => number;
}

/** How long events of validation data wait for those of the training before them, which another writer may flush later, seconds. */
const flushSeconds = 300;

interface Followed {
  readonly tail: EventTail;
  readonly writer: Writer;
}

/** One rank of a run that speaks through event files: merges what its writers tell and reports it like a worker. */
export class FollowedRank {
  readonly run: string;
  readonly rank: number;
  readonly #parts: FollowedRankParts;
  readonly #session: string;
  readonly #files = new Map<string, Followed>();
  readonly #steps: StepAssembler;
  #noted = false;

  /** @param directory the log directory that the run is in: runs of two directories are not mixed up */
  constructor(directory: string, run: string, rank: number, parts: FollowedRankParts) {
    this.run = run;
    this.rank = rank;
    this.#parts = parts;
    // No worker can have it: theirs are of a text of at most 64 characters.
    this.#session = createHash('sha256').update(`event files of ${directory}`.padEnd(65)).digest('hex');
    this.#steps = new StepAssembler(parts.vocabulary, (step) => {
      this.#report(step);
    });
  }

  get tails(): readonly EventTail[] {
    return [...this.#files.values()].map(({ tail }) => tail);
  }

  get unknownTags(): number {
    return this.#steps.unknown.size;
  }

  /** How far a file was read before a restart of the exporter. */
  markOf(path: string): FileMark | undefined {
    const rank = this.#held();
    return rank === undefined || this.#isForeign(rank) ? undefined : rank.intake.marks[path];
  }

  tailOf(path: string): EventTail | undefined {
    return this.#files.get(path)?.tail;
  }

  follow(tail: EventTail, writer: Writer): void {
    this.#files.set(tail.path, { tail, writer });
  }

  leave(path: string): void {
    this.#files.delete(path);
  }

  /** Whether somebody else tells of this rank. */
  get isTaken(): boolean {
    const rank = this.#held();
    return rank !== undefined && this.#isForeign(rank);
  }

  /**
   * Takes what was read, in the order in which the writers wrote it. Where a file has more to be read before its next event is known, those
   * of others wait; those of validation data also wait for the training to tell what was before them.
   * @param rest called between events, so that the event loop is not held up
   */
  async advance(read: (tail: EventTail) => Promise<boolean>, rest: () => Promise<void>): Promise<void> {
    let events = 0;
    let grew = !this.#noted;
    const readOn = async (tail: EventTail): Promise<boolean> => {
      grew = true;
      return read(tail);
    };
    for (;;) {
      const next = await this.#first(readOn);
      const event = next?.tail.take();
      if (next === null || event === undefined) break;
      events += 1;
      this.#steps.take(finite(event), next.writer);
      await rest();
    }
    this.#steps.close();
    this.#parts.counts.add('events', events);
    if (grew || events > 0) this.#note();
  }

  /** The file whose next event is the oldest; null where there is none, or a file has to be read first and may not. */
  async #first(read: (tail: EventTail) => Promise<boolean>): Promise<Followed | null> {
    let first: Followed | null = null;
    let time = Infinity;
    for (const followed of this.#files.values()) {
      const { tail } = followed;
      while (tail.next === undefined && tail.backlog > 0) if (!(await read(tail))) return null;
      const { next } = tail;
      if (next === undefined || !this.#isDue(followed.writer, next.time)) continue;
      if (first === null || next.time < time) [first, time] = [followed, next.time];
    }
    return first;
  }

  #isDue(writer: Writer, time: number): boolean {
    if (writer === 'training' || this.#parts.now() - time >= flushSeconds) return true;
    const trainings = [...this.#files.values()].filter((other) => other.writer === 'training');
    return trainings.length === 0 || trainings.some(({ tail }) => tail.readUntil >= time);
  }

  #held(): Rank | undefined {
    return this.#parts.runs.find(this.run, this.rank);
  }

  #isForeign(rank: Rank): boolean {
    return rank.intake.session !== this.#session;
  }

  #report({ step, time, values, extras }: AssembledStep): void {
    const { counts, limits, now } = this.#parts;
    const rank = this.#speak();
    if (rank === null) return;
    const message: Step = {
      ...Object.fromEntries(values),
      ...(extras.size > 0 && { extras: Object.fromEntries(extras) }),
      step,
      unix_nanos: time * 1e9,
      skipped: (values.get('skipped_steps') ?? 0) > 0,
    };
    const refused = ({ code }: Refusal): void => {
      counts.addRefused(code);
    };
    takeBatch({ steps: [message] }, rank, { arrival: now(), limits: limits(), refused });
  }

  /** The rank, joined where nobody spoke for it; null where it cannot be. */
  #speak(): Rank | null {
    const { runs, counts, now, patience } = this.#parts;
    const held = this.#held();
    if (held !== undefined) {
      if (this.#isForeign(held)) return null;
      if (held.endedAt === null && held.state !== 'incomplete') return held;
    }
    try {
      const joined = runs.join(this.#hello(), held !== undefined);
      joined.reportsByCalls(now(), patience);
      return joined;
    } catch (error) {
      if (!(error instanceof RunsLimitError)) throw error;
      counts.addProblem('run_limit', this.run, error);
      return null;
    }
  }

  /** Keeps in mind how far the files were taken, and when they were written last. */
  #note(): void {
    this.#noted = true;
    const held = this.#held();
    if (held === undefined || this.#isForeign(held)) return;
    const { now, patience } = this.#parts;
    const writtenAt = Math.max(...this.tails.map((tail) => tail.writtenAt));
    // What was written long ago is no news of a live training once all of it was read.
    const heardAt = this.tails.some((tail) => tail.backlog > 0) ? now() : Math.min(now(), writtenAt);
    const rank = now() - heardAt < patience ? this.#speak() : held;
    rank?.reportsByCalls(heardAt, patience);
    held.readTo(marksOf(this.tails));
  }

  #hello(): RankHello {
    return {
      run: this.run,
      session: this.#session,
      rank: this.rank,
      worldSize: this.rank + 1,
      localRank: null,
      attempt: 0,
      node: null,
      gpuUuid: null,
      framework: null,
      model: null,
      process: null,
      job: null,
      role: 'training',
      parallel: {},
      labels: {},
    };
  }
}

function marksOf(tails: readonly EventTail[]): FileMarks {
  const marks: Record<string, FileMark> = {};
  for (const { path, mark } of tails) if (mark !== null) marks[path] = mark;
  return marks;
}

/** An event without a time is as old as any. */
function finite(event: Event): Event {
  return Number.isFinite(event.time) ? event : { ...event, time: 0 };
}

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
import { MergedTails } from './merged-tails.ts';
import type { Pace } from './pace.ts';

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

/** One rank of a run that speaks through event files: merges what its writers tell and reports it like a worker. */
export class FollowedRank {
  readonly run: string;
  readonly rank: number;
  readonly #parts: FollowedRankParts;
  readonly #session: string;
  readonly #files = new MergedTails();
  readonly #steps: StepAssembler;
  #noted = false;

  /** @param directory the log directory that the run is in: runs of two directories are not mixed up */
  constructor(directory: string, run: string, rank: number, parts: FollowedRankParts) {
    this.run = run;
    this.rank = rank;
    this.#parts = parts;
    // No worker can have it: theirs are of a text of at most 64 characters.
    this.#session = createHash('sha256').update(`event files of ${directory}`.padEnd(65)).digest('hex');
    this.#steps = new StepAssembler(
      parts.vocabulary,
      (step) => {
        this.#report(step);
      },
      () => {
        parts.counts.addProblem('evaluation_behind', run);
      },
    );
  }

  get tails(): readonly EventTail[] {
    return this.#files.all;
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
    return this.#files.of(path);
  }

  follow(tail: EventTail, writer: Writer): void {
    this.#files.add(tail, writer);
  }

  leave(path: string): void {
    this.#files.remove(path);
  }

  /** Whether somebody else tells of this rank. */
  get isTaken(): boolean {
    const rank = this.#held();
    return rank !== undefined && this.#isForeign(rank);
  }

  /**
   * Takes what was read. Whenever others have their turn, what was taken is what was reported: a snapshot of that moment neither loses nor
   * repeats a step.
   */
  async advance(read: (tail: EventTail) => Promise<boolean>, pace: Pace): Promise<void> {
    const newest = this.isTaken ? undefined : this.#held()?.newest;
    if (newest) this.#steps.goOnFrom(newest.step);
    let events = 0;
    let grew = !this.#noted;
    const readOn = async (tail: EventTail): Promise<boolean> => {
      grew = true;
      this.#settle();
      return read(tail);
    };
    let step: number | null = null;
    for (;;) {
      const next = await this.#files.first(readOn, this.#parts.now());
      if (next === null) break;
      // What is told of one step is not torn.
      if (pace.isOver && next.tail.next?.step !== step) {
        this.#settle();
        await pace.rest();
      }
      const event = next.tail.take();
      if (event === undefined) break;
      events += 1;
      step = event.step;
      this.#steps.take(finite(event), next.writer);
    }
    this.#settle();
    this.#parts.counts.add('events', events);
    if (grew || events > 0) this.#note();
  }

  /** Reports what was taken so far, and keeps in mind how far that is. */
  #settle(): void {
    this.#steps.close();
    const held = this.#held();
    if (held !== undefined && !this.#isForeign(held)) held.readTo(marksOf(this.tails));
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
      counts.addProblem('run_limit', this.run, { error });
      return null;
    }
  }

  /** Keeps in mind when the files were written last. */
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

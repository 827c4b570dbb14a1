import * as v from 'valibot';
import { SlidingWindow } from '../stats/index.ts';
import type { Phase } from './reports.ts';

/** Times between steps that are kept: enough that their 99th percentile is not the longest alone. */
const kept = 128;

/** How a rank gets on whose process is alive and holds a stream open. */
export interface RankProgress {
  readonly rank: number;
  /** The GPU on which it computes; null where that is not known. */
  readonly uuid: string | null;
  /** The MIG instance of that GPU which its worker names. */
  readonly instance?: string;
  /** The step that it took last, null before the first. */
  readonly step: number | null;
  /** Steps that its process has taken. */
  readonly steps: number;
  /** Seconds since the last of them, since its phase changed, or since the process began to speak, by the clock of the exporter. */
  readonly idle: number;
  /** 99th percentile of the last times between two steps, in seconds by the clock of the worker; null before there are two. */
  readonly usual: number | null;
  /** What it does now; null where it does not tell. */
  readonly phase: Phase | null;
}

/** The ranks of one run that are alive. */
export interface RunProgress {
  readonly run: string;
  readonly ranks: readonly RankProgress[];
}

/** What outlives the exporter of a {@link Progress}. */
export const savedProgress = v.object({
  steps: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  gaps: v.instance(Float64Array),
  idle: v.number(),
});

/** How one process gets on from step to step. Times are Unix seconds; `now` is the exporter's, `time` the worker's. */
export class Progress {
  readonly #gaps = new SlidingWindow(kept);
  #steps = 0;
  #since: number;
  #tookAt: number | null = null;
  #steppedAt: number | null = null;
  /** For how long it had taken no step when it ceased to speak; null while it speaks. */
  #idleBefore: number | null = null;

  constructor(now: number) {
    this.#since = now;
  }

  /** It took a step. */
  took(time: number, now: number): void {
    // A worker whose clock was set back, or that went back to a checkpoint it had saved the time of, tells no time between steps.
    if (this.#tookAt !== null && time > this.#tookAt) this.#gaps.push(time - this.#tookAt);
    this.#tookAt = time;
    this.#steps += 1;
    this.#steppedAt = now;
    this.#since = now;
  }

  /** When it took its last step, by the clock of the exporter, Unix seconds; null before that. */
  get steppedAt(): number | null {
    return this.#steppedAt;
  }

  /** It does something else now. */
  turned(now: number): void {
    this.#since = now;
  }

  /** Nobody hears it: what it does meanwhile is not known. */
  pause(now: number): void {
    this.#idleBefore ??= this.#idle(now);
  }

  /** It is heard again; the time between does not count. */
  resume(now: number): void {
    if (this.#idleBefore !== null) this.#since = now - this.#idleBefore;
    this.#idleBefore = null;
  }

  /** So many seconds in which nobody listened do not count. */
  excuse(seconds: number): void {
    this.#since += seconds;
  }

  tell(rank: number, step: number | null, now: number): Omit<RankProgress, 'uuid' | 'instance' | 'phase'> {
    return {
      rank,
      step,
      steps: this.#steps,
      idle: this.#idle(now),
      usual: this.#gaps.size === 0 ? null : this.#gaps.quantile(0.99),
    };
  }

  save(now: number): v.InferOutput<typeof savedProgress> {
    return { steps: this.#steps, gaps: this.#gaps.toJSON().slice(), idle: this.#idleBefore ?? this.#idle(now) };
  }

  /** A process of before a restart of the exporter, which is not heard yet. */
  static restore({ steps, gaps, idle }: v.InferOutput<typeof savedProgress>, now: number): Progress {
    const progress = new Progress(now);
    progress.#idleBefore = idle;
    progress.#steps = steps;
    progress.#gaps.restore(gaps);
    return progress;
  }

  #idle(now: number): number {
    return Math.max(0, now - this.#since);
  }
}

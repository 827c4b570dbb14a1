import type { Exceeded } from './excess.ts';
import type { RunsOptions } from './options.ts';

type Limits = Pick<RunsOptions, 'max_series' | 'max_run_series' | 'max_runs'>;

/** A series counts once more for each so many bytes of its names: they are what it takes in memory and in a scrape. */
const bytesOfOne = 256;

/** Part of `max_series` that no run takes which holds more than its share of this part. */
const kept = 0.25;

/** The series of names that workers choose, of all runs together. */
export class AllNamedSeries {
  readonly limits: () => Limits;
  held = 0;

  constructor(limits: () => Limits) {
    this.limits = limits;
  }
}

/**
 * The series of names that the workers of one run choose (layers, slices, metrics, classes, extras), counted so that memory and a scrape
 * stay bounded whatever many ranks report. A quarter of `max_series` is shared evenly among as many runs as there may be: a run has its
 * share of that however much the others hold.
 */
export class NamedSeries {
  readonly #all: AllNamedSeries;
  readonly #runBytes: number;
  #held = 0;

  /** @param run the name of the run, which each of its series bears */
  constructor(all: AllNamedSeries, run: string) {
    this.#all = all;
    this.#runBytes = Buffer.byteLength(run);
  }

  /** As how many a series counts that bears these names. */
  weigh(...names: readonly string[]): number {
    const bytes = names.reduce((sum, name) => sum + Buffer.byteLength(name), this.#runBytes);
    return 1 + Math.floor(bytes / bytesOfOne);
  }

  /**
   * A thing of this name that has `from` series is to have `to`.
   * @returns false, told to `exceeded`, where there is no place for what is more
   */
  resize(from: number, to: number, name: string, exceeded: Exceeded): boolean {
    const more = to - from;
    const full = more > 0 ? this.#fullFor(more) : null;
    if (full === null) this.#add(more);
    else exceeded({ option: full, limit: this.#all.limits()[full], name });
    return full === null;
  }

  /** So many series are gone. */
  release(series: number): void {
    this.#add(-series);
  }

  #add(series: number): void {
    this.#held += series;
    this.#all.held += series;
  }

  #fullFor(more: number): 'max_run_series' | 'max_series' | null {
    const { max_series: all, max_run_series: ofRun, max_runs: runs } = this.#all.limits();
    const wanted = this.#held + more;
    if (wanted > ofRun) return 'max_run_series';
    if (wanted <= (kept * all) / runs || this.#all.held + more <= (1 - kept) * all) return null;
    return 'max_series';
  }
}

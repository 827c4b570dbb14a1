import { agreedCount, mostGpus } from './gpu-count.ts';
import type { Row } from './row.ts';

/** One beat of nvidia-smi: one row per GPU, in the order of the driver. */
export interface Sample {
  readonly rows: readonly Row[];
  /** Bus ids that were asked for; null when all GPUs were. */
  readonly asked: readonly string[] | null;
  /** Bus ids of GPUs that had to be left out of the query. */
  readonly unreachable: readonly string[];
}

/**
 * Cuts a stream of rows into samples. nvidia-smi prints the header once and no mark between beats, so a sample is complete when it has
 * as many rows as there are GPUs (the field `count`), or when a GPU comes again: then one row is missing. A pause is no mark,
 * for a slow driver pauses between rows too, and half a sample would make healthy GPUs look lost.
 */
export class SampleCutter {
  readonly #asked: readonly string[] | null;
  readonly #unreachable: readonly string[];
  #rows: Row[] = [];
  /** The rows of the last sample that told how many there are. */
  #before: readonly Row[] = [];

  constructor(asked: readonly string[] | null = null, unreachable: readonly string[] = []) {
    this.#asked = asked;
    this.#unreachable = unreachable;
  }

  /** The newest sample that this row completes, if any. */
  add(row: Row): Sample | null {
    let complete: readonly Row[] | null = null;
    if (this.#rows.length >= mostGpus || this.#rows.some((other) => isSameGpu(other, row) && !sitElsewhere(other, row)))
      complete = this.#take();
    this.#rows.push(row);
    // One row that is wrong about the count must not cut a sample in two, so that the sample before has a say too.
    const count = this.#asked?.length ?? agreedCount([...this.#before, ...this.#rows]);
    if (count !== null && this.#rows.length >= count) complete = this.#take();
    return complete === null ? null : { rows: complete, asked: this.#asked, unreachable: this.#unreachable };
  }

  #take(): readonly Row[] {
    const rows = this.#rows;
    this.#rows = [];
    if (agreedCount(rows) !== null) this.#before = rows;
    return rows;
  }
}

/** Two cards may tell the same UUID, which must not cut every sample in two. */
function sitElsewhere(one: Row, other: Row): boolean {
  return one.bus !== null && other.bus !== null && one.bus !== other.bus;
}

export function isSameGpu(one: Row, other: Row): boolean {
  if (one.uuid !== null && other.uuid !== null) return one.uuid === other.uuid;
  if (one.bus !== null && other.bus !== null) return one.bus === other.bus;
  return one.index !== null && one.index === other.index;
}

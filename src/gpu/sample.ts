import type { Row } from './row.ts';

/** One beat of nvidia-smi: one row per GPU, in the order of the driver. */
export interface Sample {
  readonly rows: readonly Row[];
  /** Bus ids that were asked for; null when all GPUs were. */
  readonly asked: readonly string[] | null;
  /** Bus ids of GPUs that had to be left out of the query. */
  readonly unreachable: readonly string[];
}

/** More rows than any machine has GPUs: what comes beyond is dropped. */
export const mostRows = 64;

/**
 * Cuts a stream of rows into samples. nvidia-smi prints the header once and no mark between beats, so a sample is complete when it has
 * as many rows as there are GPUs (the field `count`), or when a GPU comes again: then one row is missing. A pause is no mark,
 * for a slow driver pauses between rows too, and half a sample would make healthy GPUs look lost.
 */
export class SampleCutter {
  readonly #asked: readonly string[] | null;
  readonly #unreachable: readonly string[];
  #rows: Row[] = [];
  #count: number | null = null;

  constructor(asked: readonly string[] | null = null, unreachable: readonly string[] = []) {
    this.#asked = asked;
    this.#unreachable = unreachable;
  }

  /** The newest sample that this row completes, if any. */
  add(row: Row): Sample | null {
    let complete: readonly Row[] | null = null;
    if (this.#rows.length >= mostRows || this.#rows.some((other) => sameGpu(other, row))) complete = this.#take();
    this.#rows.push(row);
    this.#count = this.#asked?.length ?? row.count ?? this.#count;
    if (this.#count !== null && this.#rows.length >= this.#count) complete = this.#take();
    return complete === null ? null : { rows: complete, asked: this.#asked, unreachable: this.#unreachable };
  }

  #take(): readonly Row[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}

function sameGpu(one: Row, other: Row): boolean {
  if (one.uuid !== null && other.uuid !== null) return one.uuid === other.uuid;
  if (one.bus !== null && other.bus !== null) return one.bus === other.bus;
  return one.index !== null && one.index === other.index;
}

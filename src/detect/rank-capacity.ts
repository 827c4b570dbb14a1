import type { RunProgress } from '../runs/index.ts';
import type { SeriesTable } from '../series/index.ts';
import { SampleIndex, SampleReader, type Sample } from './machine/samples.ts';

/** How far the memory of one owner can grow. */
export interface Capacity {
  readonly bytes: number;
  /** Where others take of it too: bytes that all take together. Null where it is the owner's alone. */
  readonly pool: number | null;
}

const ofNode = { total: 'gradwatch_node_memory_total_bytes', used: 'gradwatch_node_memory_used_bytes' } as const;
const totalOfCard = 'gradwatch_gpu_memory_total_bytes';
const wanted: ReadonlySet<string> = new Set([...Object.values(ofNode), totalOfCard]);

/**
 * How much memory there is for what ranks report of theirs, by what was read of their machine last: for a process what it has and what
 * the node has free, for tensors the memory of the card on which the rank computes.
 */
export class RankCapacity {
  readonly #reader = new SampleReader(wanted);
  #samples = new SampleIndex(new Map());
  #cardsOf: ReadonlyMap<string, ReadonlyMap<number, string | null>> = new Map();

  /** Takes what the table has of the machine now, and where the ranks are. */
  read(table: SeriesTable, runs: readonly RunProgress[]): void {
    this.#cardsOf = new Map(runs.map(({ run, ranks }) => [run, new Map(ranks.map(({ rank, uuid }) => [rank, uuid]))]));
    this.#samples = this.#reader.read(table);
  }

  /** @param name the metric, @param value its value now; null where nothing tells how far it can grow */
  of(name: string, run: string, rank: number, value: number): Capacity | null {
    if (name === 'gradwatch_train_process_memory_bytes') {
      const pool = valueOf(this.#samples.of(ofNode.used));
      const free = valueOf(this.#samples.of(ofNode.total)) - pool;
      return free >= 0 ? { bytes: value + free, pool } : null;
    }
    if (name !== 'gradwatch_train_memory_allocated_bytes') return null;
    const card = this.#cardsOf.get(run)?.get(rank) ?? null;
    const total = card === null ? NaN : valueOf(this.#samples.ofCard(totalOfCard, card));
    return total > 0 ? { bytes: total, pool: null } : null;
  }
}

function valueOf([sample]: readonly Sample[]): number {
  return sample?.value ?? NaN;
}

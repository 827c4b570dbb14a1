import type { RunProgress } from '../runs/index.ts';
import { readLabelBlock, type SeriesTable } from '../series/index.ts';

/** How far the memory of one owner can grow. */
export interface Capacity {
  readonly bytes: number;
  /** Others take of it too, so that what is free does not fall by what the owner takes alone. */
  readonly shared: boolean;
}

const ofNode = { total: 'gradwatch_node_memory_total_bytes', used: 'gradwatch_node_memory_used_bytes' } as const;
const totalOfCard = 'gradwatch_gpu_memory_total_bytes';
const wanted: ReadonlySet<string> = new Set([...Object.values(ofNode), totalOfCard]);

/**
 * How much memory there is for what ranks report of theirs, by what was read of their machine last: for a process what it has and what
 * the node has free, for tensors the memory of the card on which the rank computes.
 */
export class RankCapacity {
  #free: number | null = null;
  readonly #cards = new Map<string, number>();
  #cardsOf: ReadonlyMap<string, ReadonlyMap<number, string | null>> = new Map();

  /** Takes what the table has of the machine now, and where the ranks are. */
  read(table: SeriesTable, runs: readonly RunProgress[]): void {
    this.#cardsOf = new Map(runs.map(({ run, ranks }) => [run, new Map(ranks.map(({ rank, uuid }) => [rank, uuid]))]));
    let [total, used] = [NaN, NaN];
    this.#cards.clear();
    for (const { columns, labels, values, present } of table.snapshot(({ name }) => wanted.has(name))) {
      for (const [column, { metric }] of columns.entries()) {
        if (!wanted.has(metric.name)) continue;
        for (const [row, block] of labels.entries()) {
          const at = row * columns.length + column;
          const value = present[at] === 1 ? (values[at] ?? NaN) : NaN;
          if (metric.name === ofNode.total) total = value;
          else if (metric.name === ofNode.used) used = value;
          else if (value > 0) this.#cards.set(readLabelBlock(block).get('uuid') ?? '', value);
        }
      }
    }
    this.#free = total >= used ? total - used : null;
  }

  /** @param name the metric, @param value its value now; null where nothing tells how far it can grow */
  of(name: string, run: string, rank: number, value: number): Capacity | null {
    if (name === 'gradwatch_train_process_memory_bytes') {
      return this.#free === null ? null : { bytes: value + this.#free, shared: true };
    }
    if (name !== 'gradwatch_train_memory_allocated_bytes') return null;
    const total = this.#cards.get(this.#cardsOf.get(run)?.get(rank) ?? '');
    return total === undefined ? null : { bytes: total, shared: false };
  }
}

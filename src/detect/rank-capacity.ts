import type { RankProgress, RunProgress } from '../runs/index.ts';
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
const ofInstance = { info: 'gradwatch_gpu_mig_info', total: 'gradwatch_gpu_mig_memory_total_bytes' } as const;
const wanted: ReadonlySet<string> = new Set([...Object.values(ofNode), totalOfCard, ...Object.values(ofInstance)]);

/**
 * How much memory there is for what ranks report of theirs, by what was read of their machine last: for a process what it has and what
 * the node has free, for tensors the memory of the card on which the rank computes, or of the MIG instance.
 */
export class RankCapacity {
  readonly #reader = new SampleReader(wanted);
  #samples = new SampleIndex(new Map());
  #ranksOf: ReadonlyMap<string, ReadonlyMap<number, RankProgress>> = new Map();

  /** Takes what the table has of the machine now, and where the ranks are. */
  read(table: SeriesTable, runs: readonly RunProgress[]): void {
    this.#ranksOf = new Map(runs.map(({ run, ranks }) => [run, new Map(ranks.map((each) => [each.rank, each]))]));
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
    const { uuid = null, instance } = this.#ranksOf.get(run)?.get(rank) ?? {};
    if (uuid === null) return null;
    const total = valueOf(instance === undefined ? this.#samples.ofCard(totalOfCard, uuid) : this.#totalOf(instance));
    return total > 0 ? { bytes: total, pool: null } : null;
  }

  /** The memory of a MIG instance, which its compute instances share. */
  #totalOf(instance: string): readonly Sample[] {
    const info = this.#samples.of(ofInstance.info).find(({ labels }) => labels.get('mig_uuid') === instance);
    return this.#samples
      .ofCard(ofInstance.total, info?.labels.get('uuid') ?? '')
      .filter(({ labels }) => labels.get('gpu_instance') === info?.labels.get('gpu_instance'));
  }
}

function valueOf([sample]: readonly Sample[]): number {
  return sample?.value ?? NaN;
}

import type { RankProgress } from '../runs/index.ts';
import type { RecordedMachine } from './recorded-machine.ts';
import type { RecordedRank } from './recorded-rank.ts';

/**
 * Which rank computes on which GPU of a recording: that of its own number. GPUs beyond the ranks that are recorded are taken for those of
 * ranks of the same run, since trackers log all GPUs of a node with rank 0 alone.
 */
export class RankCards {
  readonly #ranks: ReadonlyMap<number, RecordedRank>;
  readonly #machine: RecordedMachine;

  constructor(ranks: ReadonlyMap<number, RecordedRank>, machine: RecordedMachine) {
    this.#ranks = ranks;
    this.#machine = machine;
  }

  /** The uuids of the GPUs of a rank, with null of all ranks. */
  of(rank: number | null): readonly string[] {
    const { cards } = this.#machine;
    return rank === null ? cards : cards.slice(rank, rank + 1);
  }

  /** How the ranks get on. Of those without a recording it is known that they are there, and train as the others do. */
  progress(now: number, evaluates: boolean): readonly RankProgress[] {
    const { cards } = this.#machine;
    const recorded = [...this.#ranks.values()].map((each) => each.progress(now, evaluates, cards[each.rank] ?? null));
    const steps = Math.max(0, ...recorded.map((each) => each.steps));
    const others = cards.flatMap((uuid, rank) =>
      this.#ranks.has(rank) ? [] : [{ rank, uuid, step: null, steps, idle: 0, usual: null, phase: null }],
    );
    return [...recorded, ...others];
  }
}

import type { Occupied, Workers } from './processes.ts';

/** A rank, and the GPU on which its processes compute. */
export interface PlacedRank {
  readonly run: string;
  /** As the label of series has it. */
  readonly rank: string;
  readonly uuid: string;
}

/** Told at each reading who computes where. */
export interface Placing {
  /** On which GPUs workers compute, by their processes. */
  ranks(placed: readonly PlacedRank[]): void;
  /** Of which GPU each MIG instance is a part that has a name: uuid of the GPU, by that of the instance. */
  instances(gpus: ReadonlyMap<string, string>): void;
}

/**
 * On which GPU each known worker computes, by the processes that the driver lists: its own and those that it started. Of several GPUs it
 * is the one of which they use most memory, since a process that touches another card (a context, a peer copy) holds a little there
 * too; where two are alike, it is not told.
 */
export function gpusOfRanks(gpus: readonly Occupied[], workers: Workers): readonly PlacedRank[] {
  const used = new Map<string, { readonly run: string; readonly rank: string; readonly bytes: Map<string, number> }>();
  for (const { card, processes } of gpus) {
    for (const { pid, type, memory } of processes) {
      const worker = workers.get(pid);
      if (worker === undefined || type === 'graphics' || card.uuid === '') continue;
      const key = JSON.stringify([worker.run, worker.rank]);
      const of = used.get(key) ?? { ...worker, bytes: new Map<string, number>() };
      used.set(key, of);
      of.bytes.set(card.uuid, (of.bytes.get(card.uuid) ?? 0) + (memory ?? 0));
    }
  }
  return [...used.values()].flatMap(({ run, rank, bytes }) => {
    const [first, second] = [...bytes].sort(([, one], [, other]) => other - one);
    return first === undefined || first[1] === second?.[1] ? [] : [{ run, rank, uuid: first[0] }];
  });
}

import type { SeriesTable } from '../../series/index.ts';
import type { GpuIdentity } from '../addresses.ts';
import type { Errand } from './call.ts';
import type { GpuDetail } from './document.ts';
import { gpusOfRanks, type Placing } from './gpus-of-ranks.ts';
import { InstanceNames } from './instance-names.ts';
import { InstanceSeries } from './instances.ts';
import { deviceKey } from './list.ts';
import { ProcessSeries, type Occupied, type Workers } from './processes.ts';
import type { SmallCalls } from './small-calls.ts';

/** A GPU of the document, and who it is. */
export interface Identified {
  readonly card: GpuIdentity;
  readonly detail: GpuDetail;
}

/** What shares a GPU: its MIG instances and the processes on it. */
export class Occupants {
  readonly #names: InstanceNames;
  readonly #findWorkers: () => Promise<Workers>;
  readonly #placing: Placing;
  readonly #instances: InstanceSeries;
  readonly #processes: ProcessSeries;
  #workers: Workers = new Map();

  constructor(
    table: SeriesTable,
    calls: SmallCalls,
    now: () => number,
    findWorkers: () => Promise<Workers>,
    placing: Placing,
  ) {
    this.#instances = new InstanceSeries(table);
    this.#processes = new ProcessSeries(table);
    this.#names = new InstanceNames(calls, now);
    this.#findWorkers = findWorkers;
    this.#placing = placing;
  }

  async take(errand: Errand, gpus: readonly Identified[]): Promise<void> {
    // Whose collectors tell when they cannot be found; the memory of a process is known all the same.
    this.#workers = await this.#findWorkers().catch(() => new Map<never, never>());
    this.#show(gpus);
    await this.#names.ask(
      errand,
      gpus.map(({ detail }) => detail),
    );
    this.#showInstances(gpus);
  }

  /** There are no GPUs. */
  clear(): void {
    this.#instances.clear();
  }

  /** Forgets readings; who MIG instances are stays. */
  expire(): void {
    this.#instances.expire();
    this.#processes.clear();
  }

  #show(gpus: readonly Identified[]): void {
    this.#showInstances(gpus);
    const occupied = gpus.flatMap(({ card, detail: { row, processes, surplusProcesses } }): Occupied[] =>
      row.state === 'lost' || processes === null ? [] : [{ card, processes, surplus: surplusProcesses }],
    );
    this.#processes.show(occupied, this.#workers);
    this.#placing.ranks(gpusOfRanks(occupied, this.#workers));
  }

  #showInstances(gpus: readonly Identified[]): void {
    const listed = this.#names.of(gpus.map(({ detail }) => detail));
    this.#instances.show(
      gpus.map(({ card, detail: { row, instances } }) => ({ card, instances, lost: row.state === 'lost' })),
      listed,
    );
    const named = gpus.flatMap(({ card: { uuid }, detail: { instances } }) =>
      instances.map(({ device }) => [listed.get(deviceKey(uuid, device))?.uuid, uuid] as const),
    );
    this.#placing.instances(new Map(named.filter((pair): pair is [string, string] => pair[0] !== undefined)));
  }
}

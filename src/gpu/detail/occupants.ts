import type { SeriesTable } from '../../series/index.ts';
import type { GpuIdentity } from '../addresses.ts';
import type { Errand } from './call.ts';
import type { GpuDetail } from './document.ts';
import { gpusOfRanks, type PlacedRank } from './gpus-of-ranks.ts';
import { InstanceSeries, type Carved } from './instances.ts';
import { parseList, type Listed } from './list.ts';
import { ProcessSeries, type Occupied, type Workers } from './processes.ts';
import type { SmallCalls } from './small-calls.ts';

/** A GPU of the document, and who it is. */
export interface Identified {
  readonly card: GpuIdentity;
  readonly detail: GpuDetail;
}

/**
 * How often MIG instances are named anew though they look the same, in seconds: others may have been made in their place, with the same
 * ids.
 */
const nameAgainSeconds = 60;

/** What shares a GPU: its MIG instances and the processes on it. */
export class Occupants {
  readonly #calls: SmallCalls;
  readonly #now: () => number;
  readonly #findWorkers: () => Promise<Workers>;
  readonly #placed: (ranks: readonly PlacedRank[]) => void;
  readonly #instances: InstanceSeries;
  readonly #processes: ProcessSeries;
  #workers: Workers = new Map();
  /** The MIG instances that -L named, and their names. */
  #listedSet = '';
  /** When they were named, in Unix time. */
  #listedAt = 0;
  #listed: ReadonlyMap<string, Listed> = new Map();
  #last: readonly Identified[] = [];

  constructor(
    table: SeriesTable,
    calls: SmallCalls,
    now: () => number,
    findWorkers: () => Promise<Workers>,
    placed: (ranks: readonly PlacedRank[]) => void,
  ) {
    this.#instances = new InstanceSeries(table);
    this.#processes = new ProcessSeries(table);
    this.#calls = calls;
    this.#now = now;
    this.#findWorkers = findWorkers;
    this.#placed = placed;
  }

  async take(errand: Errand, gpus: readonly Identified[]): Promise<void> {
    // Whose collectors tell when they cannot be found; the memory of a process is known all the same.
    this.#workers = await this.#findWorkers().catch(() => new Map<never, never>());
    this.#last = gpus;
    this.#show();
    await this.#nameInstances(errand);
  }

  /** There are no GPUs. */
  clear(): void {
    this.#last = [];
    this.#instances.clear();
  }

  /** Forgets readings; who MIG instances are stays. */
  expire(): void {
    this.#instances.expire();
    this.#processes.clear();
  }

  /** Who MIG instances are only -L tells; it is asked at the start, when there are others than before, and now and then. */
  async #nameInstances(errand: Errand): Promise<void> {
    const set = this.#last
      .flatMap(({ detail: { row, instances } }) =>
        instances.map(
          ({ device, gpuInstance, computeInstance }) => `${row.uuid ?? ''}/${device}/${gpuInstance}/${computeInstance}`,
        ),
      )
      .join();
    const isOld = set !== '' && this.#now() - this.#listedAt >= nameAgainSeconds;
    if (set === this.#listedSet && !isOld) return;
    const lines = set === '' ? [] : await this.#calls.ask(errand, '-L');
    if (lines === null) return;
    this.#listed = new Map([...this.#listedOfLost(), ...parseList(lines)]);
    this.#listedSet = set;
    this.#listedAt = this.#now();
    this.#show();
  }

  /** Of a lost card -L may tell nothing; who its instances are stays. */
  #listedOfLost(): readonly (readonly [string, Listed])[] {
    const lost = this.#last.flatMap(({ detail: { row } }) =>
      row.state === 'lost' && row.uuid !== null ? row.uuid : [],
    );
    return [...this.#listed].filter(([key]) => lost.some((uuid) => key.startsWith(`${uuid}/`)));
  }

  #show(): void {
    const carved: Carved[] = [];
    const occupied: Occupied[] = [];
    for (const { card, detail } of this.#last) {
      const { row, instances, processes, surplusProcesses } = detail;
      const lost = row.state === 'lost';
      carved.push({ card, instances, lost });
      if (!lost && processes !== null) occupied.push({ card, processes, surplus: surplusProcesses });
    }
    this.#instances.show(carved, this.#listed);
    this.#processes.show(occupied, this.#workers);
    this.#placed(gpusOfRanks(occupied, this.#workers));
  }
}

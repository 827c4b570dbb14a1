import type { Row } from '../row.ts';
import type { Errand } from './call.ts';
import type { Instance } from './instances.ts';
import { deviceKey, parseList, type Listed } from './list.ts';
import type { SmallCalls } from './small-calls.ts';
import { Turns } from './turns.ts';

/**
 * How often MIG instances are named anew though they look the same, in seconds: others may have been made in their place, with the same
 * ids.
 */
const nameAgainSeconds = 60;

/** A GPU of the document. */
interface Divided {
  readonly row: Row;
  readonly instances: readonly Instance[];
}

/** The instances of a GPU, as they were when -L named them. */
interface Naming {
  readonly ids: string;
  /** Unix time. */
  readonly at: number;
  readonly listed: ReadonlyMap<string, Listed>;
}

/** Who MIG instances are only -L tells; it is asked at the start, when there are others than before, and now and then. */
export class InstanceNames {
  readonly #calls: SmallCalls;
  readonly #now: () => number;
  readonly #turns: Turns;
  /** By the uuid of the GPU. */
  #namings: ReadonlyMap<string, Naming> = new Map();

  constructor(calls: SmallCalls, now: () => number) {
    this.#calls = calls;
    this.#now = now;
    this.#turns = new Turns(now);
  }

  /** The names of the instances that these GPUs have, by {@link deviceKey}. Those of others than were named are not known. */
  of(gpus: readonly Divided[]): ReadonlyMap<string, Listed> {
    return new Map(
      gpus.flatMap(({ row: { uuid }, instances }) => {
        const naming = this.#namings.get(uuid ?? '');
        if (uuid === null || naming?.ids !== idsOf(instances)) return [];
        return instances.flatMap(({ device }) => {
          const key = deviceKey(uuid, device);
          const listed = naming.listed.get(key);
          return listed === undefined ? [] : [[key, listed] as const];
        });
      }),
    );
  }

  /** Has those named that are not, or long ago. Of a lost GPU -L may tell nothing; who its instances are stays. */
  async ask(errand: Errand, gpus: readonly Divided[]): Promise<void> {
    const uuids = new Set(gpus.map(({ row }) => row.uuid));
    this.#namings = new Map([...this.#namings].filter(([uuid]) => uuids.has(uuid)));
    const due = gpus.filter((gpu) => this.#isDue(gpu));
    if (due.length === 0) return;
    const lines = await this.#calls.ask(errand, '-L');
    if (lines === 'no_handle') await this.#askOneByOne(errand, due);
    else if (lines !== null) this.#take(gpus, lines);
  }

  /**
   * While a GPU without a handle fails -L for all, it is asked for each of the others. nvidia-smi(1) does not say that -L takes an id:
   * where it refuses one, or lists all and fails again, the names of before stay for what has not changed.
   */
  async #askOneByOne(errand: Errand, gpus: readonly Divided[]): Promise<void> {
    const byBus = new Map(gpus.map((gpu) => [gpu.row.bus ?? '', gpu]));
    byBus.delete('');
    await this.#turns.take([...byBus.keys()], async (bus) => {
      const lines = await this.#calls.ask(errand, '-L', bus);
      const gpu = byBus.get(bus);
      if (gpu !== undefined && lines !== null && lines !== 'no_handle') this.#take([gpu], lines);
    });
  }

  #take(gpus: readonly Divided[], lines: readonly string[]): void {
    const listed = parseList(lines);
    const told = gpus.flatMap(({ row: { uuid, state }, instances }) =>
      uuid === null || state === 'lost' ? [] : [[uuid, { ids: idsOf(instances), at: this.#now(), listed }] as const],
    );
    this.#namings = new Map([...this.#namings, ...told]);
  }

  #isDue({ row: { uuid, state }, instances }: Divided): boolean {
    if (uuid === null || state === 'lost' || instances.length === 0) return false;
    const naming = this.#namings.get(uuid);
    return naming?.ids !== idsOf(instances) || this.#now() - naming.at >= nameAgainSeconds;
  }
}

function idsOf(instances: readonly Instance[]): string {
  return instances
    .map(({ device, gpuInstance, computeInstance }) => `${device}/${gpuInstance}/${computeInstance}`)
    .join();
}

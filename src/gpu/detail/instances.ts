import { FreshRows, type SeriesTable } from '../../series/index.ts';
import type { GpuIdentity } from '../addresses.ts';
import { readValue, type Dropped } from '../cell.ts';
import { countScale, memoryScale, type Scale } from '../field.ts';
import { takeOutBeyondTotal } from '../memory-parts.ts';
import type { Leaves } from './element.ts';
import { deviceKey, type Listed } from './list.ts';
import {
  engineLabels,
  engineMetrics,
  instanceInfoLabels,
  instanceInfoMetrics,
  instanceLabels,
  instanceMetrics,
  type InstanceKey,
} from './metrics.ts';

/** A MIG instance of a GPU, or a compute instance of one. */
export interface Instance {
  readonly gpuInstance: string;
  readonly computeInstance: string;
  /** Index within its GPU, by which `nvidia-smi -L` names it. */
  readonly device: string;
  readonly values: ReadonlyMap<InstanceKey, number>;
  readonly engines: ReadonlyMap<string, number>;
  readonly dropped: readonly Dropped[];
}

/** Instances of one GPU beyond which the document is wrong: a card has seven GPU instances of at most seven compute instances. */
const mostInstances = 64;

/** Below `<mig_device>`. */
const readings: readonly (readonly [key: InstanceKey, path: string, scale: Scale])[] = [
  ['memoryTotal', 'fb_memory_usage/total', memoryScale],
  ['memoryUsed', 'fb_memory_usage/used', memoryScale],
  ['memoryFree', 'fb_memory_usage/free', memoryScale],
  ['memoryReserved', 'fb_memory_usage/reserved', memoryScale],
  ['bar1Total', 'bar1_memory_usage/total', memoryScale],
  ['bar1Used', 'bar1_memory_usage/used', memoryScale],
  ['multiprocessors', 'device_attributes/shared/multiprocessor_count', countScale],
  ['sramErrors', 'ecc_error_count/volatile_count/sram_uncorrectable', countScale],
];
const engines: readonly (readonly [engine: string, path: string])[] = [
  ['copy', 'device_attributes/shared/copy_engine_count'],
  ['encoder', 'device_attributes/shared/encoder_count'],
  ['decoder', 'device_attributes/shared/decoder_count'],
  ['ofa', 'device_attributes/shared/ofa_count'],
  ['jpeg', 'device_attributes/shared/jpg_count'],
];

/** Reads the instances of a GPU; one without its ids is left out. */
export function readInstances(elements: readonly Leaves[]): readonly Instance[] {
  return elements.slice(0, mostInstances).flatMap((leaves): Instance[] => {
    const device = number(leaves.get('index'));
    const gpuInstance = number(leaves.get('gpu_instance_id'));
    const computeInstance = number(leaves.get('compute_instance_id'));
    if (device === null || gpuInstance === null || computeInstance === null) return [];
    const dropped: Dropped[] = [];
    const read = (path: string, scale: Scale): number | null => {
      const value = readValue(leaves.get(path) ?? '', '', scale);
      if (typeof value !== 'string') return value;
      dropped.push({ field: `mig_device/${path}`, reason: value });
      return null;
    };
    const values = new Map(present(readings.map(([key, path, scale]) => [key, read(path, scale)])));
    const bad = new Set(dropped.map(({ field }) => field));
    const impossible = readings.filter(([, path]) => bad.has(`mig_device/${path}`)).map(([key]) => key);
    const beyond = new Set(takeOutBeyondTotal(values, new Set(impossible)));
    for (const [key, path] of readings)
      if (beyond.has(key)) dropped.push({ field: `mig_device/${path}`, reason: 'impossible' });
    return [
      {
        gpuInstance,
        computeInstance,
        device,
        values,
        engines: present(engines.map(([engine, path]) => [engine, read(path, countScale)])),
        dropped,
      },
    ];
  });
}

/** What is known of one GPU. */
export interface Carved {
  readonly card: GpuIdentity;
  readonly instances: readonly Instance[];
  /** A lost card keeps who its instances are, and has no readings of them. */
  readonly lost: boolean;
}

/** The series of MIG instances. */
export class InstanceSeries {
  readonly #infos;
  readonly #readings;
  readonly #engines;

  constructor(table: SeriesTable) {
    this.#infos = new FreshRows(table.group(instanceInfoLabels, instanceInfoMetrics));
    this.#readings = new FreshRows(table.group(instanceLabels, instanceMetrics));
    this.#engines = new FreshRows(table.group(engineLabels, engineMetrics));
  }

  show(gpus: readonly Carved[], listed: ReadonlyMap<string, Listed>): void {
    const all = gpus.flatMap(({ card, instances, lost }) => instances.map((instance) => ({ card, instance, lost })));
    const readable = all.filter(({ lost }) => !lost);
    this.#infos.show(
      all.map(({ card, instance }) => {
        const named = listed.get(deviceKey(card.uuid, instance.device));
        const labels = { ...labelsOf(card, instance), device: instance.device };
        return {
          labels: { ...labels, mig_uuid: named?.uuid ?? '', profile: named?.profile ?? '' },
          values: { info: 1 },
        };
      }),
    );
    this.#readings.show(
      readable.map(({ card, instance }) => ({
        labels: labelsOf(card, instance),
        values: Object.fromEntries(instance.values),
      })),
    );
    this.#engines.show(
      readable.flatMap(({ card, instance }) =>
        [...instance.engines].map(([engine, engines]) => ({
          labels: { ...labelsOf(card, instance), engine },
          values: { engines },
        })),
      ),
    );
  }

  /** Clears the readings; who the instances are stays. */
  expire(): void {
    this.#readings.clear();
    this.#engines.clear();
  }

  clear(): void {
    this.#infos.clear();
    this.expire();
  }
}

function labelsOf({ uuid, gpu }: GpuIdentity, { gpuInstance, computeInstance }: Instance) {
  return { uuid, gpu, gpu_instance: gpuInstance, compute_instance: computeInstance };
}

function present<Key>(entries: readonly (readonly [Key, number | null])[]): ReadonlyMap<Key, number> {
  return new Map(entries.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
}

function number(text: string | undefined): string | null {
  return text !== undefined && /^\d{1,5}$/.test(text) ? text : null;
}

import type { Model } from './models/model.ts';
import { chance, hexadecimal } from './random.ts';

/** One GPU that does not exist. All it is follows from the seed and its index. */
export interface Gpu {
  readonly model: Model;
  readonly driver: string;
  readonly seed: number;
  readonly index: number;
  readonly uuid: string;
  readonly serial: string;
  /** Two hexadecimal digits; domain, device and function are 0. */
  readonly bus: string;
}

/** Bus numbers as they are spread over the sockets of a server with eight or sixteen GPUs. */
const buses = ['1B', '43', '52', '61', '9D', 'C3', 'CF', 'DF', '19', '3B', '4C', '5D', '9B', 'BB', 'CB', 'DB'] as const;

export const mostGpus = buses.length;

/** The GPUs of a machine, of one model under one driver. */
export function gpus(model: Model, count: number, seed: number, driver: string = model.driver): readonly Gpu[] {
  return buses.slice(0, count).map((bus, index) => ({
    model,
    driver,
    seed,
    index,
    uuid: `GPU-${uuid(seed, index)}`,
    serial: String(1_650_000_000_000 + Math.floor(1e10 * chance(seed, index, 'serial'))),
    bus,
  }));
}

/** A UUID that follows from the parts. */
export function uuid(...parts: readonly (string | number)[]): string {
  const part = (name: string, length: number): string => hexadecimal(length, ...parts, 'uuid', name);
  return `${part('a', 8)}-${part('b', 4)}-${part('c', 4)}-${part('d', 4)}-${part('e', 12)}`;
}

/** The bus id as nvidia-smi writes it. */
export function busId({ bus }: Gpu): string {
  return `00000000:${bus}:00.0`;
}

import type { Model } from './models/model.ts';
import { chance, drift, hexadecimal } from './random.ts';

/** One GPU that does not exist. All it is follows from the seed and its index. */
export interface Gpu {
  readonly model: Model;
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

export function gpus(model: Model, count: number, seed: number): readonly Gpu[] {
  return buses.slice(0, count).map((bus, index) => {
    const part = (name: string, length: number): string => hexadecimal(length, seed, index, 'uuid', name);
    return {
      model,
      seed,
      index,
      uuid: `GPU-${part('a', 8)}-${part('b', 4)}-${part('c', 4)}-${part('d', 4)}-${part('e', 12)}`,
      serial: String(1_650_000_000_000 + Math.floor(1e10 * chance(seed, index, 'serial'))),
      bus,
    };
  });
}

/** What a GPU measures while it trains, moving with time. */
export interface Readings {
  readonly utilization: number;
  readonly memoryUtilization: number;
  readonly memoryUsedMebibytes: number;
  readonly averageWatts: number;
  readonly instantWatts: number;
  readonly celsius: number;
  readonly memoryCelsius: number;
  readonly graphicsMegahertz: number;
}

/** `time` in Unix seconds. */
export function readings({ model, seed, index }: Gpu, time: number): Readings {
  const wave = (what: string): number => drift(time, seed, index, what);
  const load = 0.95 + 0.05 * wave('load');
  const watts = (trembling: number): number =>
    model.idleWatts + (model.limitWatts - model.idleWatts) * (0.86 * load + 0.03 * trembling);
  const celsius =
    model.idleCelsius +
    (model.loadedCelsius - model.idleCelsius) * load +
    3 * chance(seed, index, 'slot') +
    wave('air');
  return {
    utilization: Math.min(100, Math.round(100 * load)),
    memoryUtilization: Math.round(48 + 8 * wave('memory')),
    memoryUsedMebibytes: Math.round(model.memoryMebibytes * (0.86 + 0.01 * wave('allocator'))),
    averageWatts: watts(wave('power')),
    instantWatts: watts(2 * wave('instant')),
    celsius: Math.round(celsius),
    memoryCelsius: Math.round(celsius + 6),
    graphicsMegahertz: model.graphicsMegahertz - 15 * Math.round(6 * Math.max(0, wave('clock'))),
  };
}

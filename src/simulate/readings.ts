import type { Gpu } from './machine.ts';
import { chance, drift } from './random.ts';

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
  readonly sentKilobytesPerSecond: number;
  readonly receivedKilobytesPerSecond: number;
}

/**
 * @param time Unix seconds
 * @param throttled the share of its clock that throttling leaves
 */
export function readings({ model, seed, index }: Gpu, time: number, throttled = 1): Readings {
  const wave = (what: string): number => drift(time, seed, index, what);
  const load = 0.95 + 0.05 * wave('load');
  const { power, temperature, clocks } = model;
  const watts = (trembling: number): number =>
    power.idle + (power.limit - power.idle) * throttled * (0.86 * load + 0.03 * trembling);
  const celsius =
    temperature.idle + (temperature.loaded - temperature.idle) * load + 3 * chance(seed, index, 'slot') + wave('air');
  const graphics = clocks.graphics * throttled - clocks.step * 6 * Math.max(0, wave('clock'));
  return {
    utilization: Math.min(100, Math.round(100 * load)),
    memoryUtilization: Math.round(48 + 8 * wave('memory')),
    memoryUsedMebibytes: Math.round(model.memory.total * (0.86 + 0.01 * wave('allocator'))),
    averageWatts: watts(wave('power')),
    instantWatts: watts(2 * wave('instant')),
    celsius: Math.round(celsius),
    memoryCelsius: Math.round(celsius + 6),
    graphicsMegahertz: Math.floor(
      clocks.graphics - clocks.step * Math.round((clocks.graphics - graphics) / clocks.step),
    ),
    sentKilobytesPerSecond: Math.round(420_000 * (1 + 0.5 * wave('sent'))),
    receivedKilobytesPerSecond: Math.round(610_000 * (1 + 0.5 * wave('received'))),
  };
}

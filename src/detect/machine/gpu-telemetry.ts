import { detectorOptions, quiet } from '../detector.ts';
import { LearntTelemetry, learningOptions } from './learnt-telemetry.ts';
import { cardDetector } from './machine-detector.ts';

/** Signals of a vector, in words, by the metric that tells them. Those that a card does not have are left out of its vectors. */
const signals = {
  gradwatch_gpu_utilization_ratio: 'utilisation',
  gradwatch_gpu_memory_utilization_ratio: 'memory traffic',
  gradwatch_gpu_memory_used_bytes: 'memory in use',
  gradwatch_gpu_power_watts: 'power',
  gradwatch_gpu_temperature_celsius: 'temperature',
  gradwatch_gpu_memory_temperature_celsius: 'memory temperature',
  gradwatch_gpu_sm_clock_hertz: 'SM clock',
  gradwatch_gpu_memory_clock_hertz: 'memory clock',
} as const;
const names = Object.keys(signals) as (keyof typeof signals)[];

/** The telemetry of a GPU no longer goes together as it did in this run. It sees what no rule was written for, so it informs and wakes nobody. */
export const gpuTelemetry = cardDetector({
  kind: 'gpu_telemetry',
  meaning: 'the telemetry of a GPU does not go together as learnt in this run',
  explains: [],
  alert: 'none',
  collectors: ['gpu'],
  reads: names,
  options: detectorOptions(learningOptions('3m')),
  start: () => new LearntTelemetry(),
  observe(telemetry, card, options, { time }) {
    if (card.ranks.length === 0 || !telemetry.isDue(time, options)) return quiet;
    const told = names.map((name) => [signals[name], card.read(name)] as const);
    return telemetry.judge(time, card.name, card.ranks, told, options);
  },
});

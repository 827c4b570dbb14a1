import { number } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import type { Card } from './machine.ts';
import { cardDetector } from './machine-detector.ts';
import { patience, Spell } from './spell.ts';

const reads = [
  'gradwatch_gpu_temperature_celsius',
  'gradwatch_gpu_memory_temperature_celsius',
  'gradwatch_gpu_temperature_margin_celsius',
  'gradwatch_gpu_temperature_limit_celsius',
  'gradwatch_gpu_fan_ratio',
] as const;
type Reads = (typeof reads)[number];

/** A GPU or its memory is about to reach the temperature at which it slows down, as the card itself tells it. */
export const gpuHot = cardDetector({
  kind: 'gpu_hot',
  meaning: 'a GPU or its memory is close to the temperature at which it slows down',
  explains: ['gpu_hot'],
  alert: 'rank_degraded',
  collectors: ['gpu', 'gpu_detail'],
  reads,
  options: detectorOptions({
    margin: number({
      default: 3,
      min: -50,
      max: 100,
      help: 'Degrees below that temperature from which on it is close',
    }),
    ...patience('1m', '2m'),
  }),
  start: () => ({ spell: new Spell() }),
  observe({ spell }, card, { margin, ...waits }, { time }) {
    const [core, memory] = [coreMargin(card), memoryMargin(card)];
    const closest = Math.min(core ?? Infinity, memory ?? Infinity);
    if (closest === Infinity) return quiet;
    const isMemory = closest !== core;
    const celsius = card.read(
      isMemory ? 'gradwatch_gpu_memory_temperature_celsius' : 'gradwatch_gpu_temperature_celsius',
    );
    const fan = card.read('gradwatch_gpu_fan_ratio');
    return spell.judge(time, closest <= margin, waits, (seconds) => ({
      severity: 'warning',
      score: -closest,
      threshold: -margin,
      cause:
        `${isMemory ? 'The memory of ' : ''}${card.name} is ${figure(celsius ?? NaN)} °C hot, ${figure(Math.abs(closest))} degrees ${closest < 0 ? 'above' : 'below'} ` +
        `the temperature at which it slows down, since ${span(seconds)}` +
        (fan === null ? '.' : `; its fan is set to ${figure(100 * fan)} %.`),
      advice: 'Look at air flow, dust and fans of the machine, and at the temperature of the room.',
    }));
  },
});

/** Newer cards tell the distance to the limit, older ones the limit. */
function coreMargin(card: Card<Reads>): number | null {
  const told = card.read('gradwatch_gpu_temperature_margin_celsius');
  if (told !== null) return told;
  const limit = card.read('gradwatch_gpu_temperature_limit_celsius', { limit: 'slowdown' });
  const celsius = card.read('gradwatch_gpu_temperature_celsius');
  return limit === null || celsius === null ? null : limit - celsius;
}

function memoryMargin(card: Card<Reads>): number | null {
  const limit = card.read('gradwatch_gpu_temperature_limit_celsius', { limit: 'memory_operation' });
  const celsius = card.read('gradwatch_gpu_memory_temperature_celsius');
  return limit === null || celsius === null ? null : limit - celsius;
}

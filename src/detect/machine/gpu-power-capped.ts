import { duration, number } from '../../config/index.ts';
import { median } from '../../stats/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure } from '../figure.ts';
import { ClockEventTime, clockEventReads, clocks } from './clock-events.ts';
import type { Card, Machine } from './machine.ts';
import { cardDetector } from './machine-detector.ts';
import { Spell } from './spell.ts';

const reads = [
  ...clockEventReads,
  'gradwatch_gpu_power_limit_watts',
  'gradwatch_gpu_default_power_limit_watts',
] as const;
type Reads = (typeof reads)[number];

/**
 * A GPU is held below what others of its kind may do: by a lower power limit, by its power limit while theirs leaves them alone, or by
 * a group of GPUs whose clocks follow the slowest (sync boost). A power cap that all cards meet alike is how they are meant to run.
 */
export const gpuPowerCapped = cardDetector({
  kind: 'gpu_power_capped',
  meaning: 'a power limit or its group holds a GPU below the others of its model',
  explains: [
    'gpu_slow_clock',
    'gpu_outlier',
    'straggler',
    'slow_down',
    'throughput_regression',
    'step_outlier',
    'bottleneck',
  ],
  alert: 'rank_degraded',
  collectors: ['gpu'],
  reads,
  options: detectorOptions({
    limit: number({
      default: 0.95,
      min: 0,
      max: 1,
      help: 'Share of the default power limit, and of the limit of the others, below which a limit is low',
    }),
    window: duration({ default: '5m', min: '5s', max: '1d', help: 'Time of which the cap must take a share' }),
    share: number({
      default: 0.5,
      min: 0.01,
      max: 1,
      help: 'That share; the others of its kind take less than half of it',
    }),
    calm: duration({ default: '5m', min: '0s', max: '1d', help: 'How long it must be over before it is recovered' }),
  }),
  start: ({ window }) => ({ held: new ClockEventTime(['sw_power_cap', 'sync_boost'], window), spell: new Spell() }),
  observe({ held, spell }, card, { limit, window, share, calm }, machine) {
    // A cap counts while fewer than half of the others meet theirs.
    const told = held.push(machine.time, card, (reason) => reason !== 'sw_power_cap' || isAlone(card, machine));
    const low = lowLimit(card, machine, limit);
    if (!told && low === null) return quiet;
    const capped = (['sw_power_cap', 'sync_boost'] as const).find((reason) => held.seconds(reason) >= share * window);
    return spell.judge(machine.time, low !== null || capped !== undefined, { after: 0, calm }, () => ({
      severity: 'info',
      score: low === null ? held.seconds(capped ?? '') / window : low.usual / low.watts,
      threshold: low === null ? share : 1 / limit,
      baseline: low?.usual ?? null,
      cause:
        low !== null
          ? `The power limit of ${card.name} is ${figure(low.watts)} W, below ${figure(low.usual)} W.`
          : capped === 'sync_boost'
            ? `${card.name} keeps its clocks down with its sync boost group, whose slowest card decides${clocks(card)}.`
            : `${card.name} is held by its power limit for ${figure((100 * held.seconds('sw_power_cap')) / window)} % of the time, the others of its model are not${clocks(card)}.`,
      advice:
        capped === 'sync_boost'
          ? 'Look for the slowest card of the group.'
          : 'Compare `nvidia-smi -q -d POWER` of the cards: set the same limit for all, and look at the cooling of one that needs more power than the others.',
    }));
  },
});

function isAlone(card: Card<Reads>, machine: Machine<Reads>): boolean {
  const peers = machine.peersOf(card);
  const capped = peers.filter(
    (each) => each.read('gradwatch_gpu_clock_event_active', { reason: 'sw_power_cap' }) === 1,
  );
  return peers.length >= 2 && capped.length < peers.length / 2;
}

/** Its limit and what it usually is, where it is lower than the default and than that of most cards of its model. */
function lowLimit(card: Card<Reads>, machine: Machine<Reads>, share: number): { watts: number; usual: number } | null {
  const watts = card.read('gradwatch_gpu_power_limit_watts');
  const usual = card.read('gradwatch_gpu_default_power_limit_watts');
  if (watts === null || usual === null || watts >= share * usual) return null;
  const others = machine.cards
    .filter(({ key, model }) => key !== card.key && model === card.model)
    .flatMap((other) => other.read('gradwatch_gpu_power_limit_watts') ?? []);
  return others.length > 0 && watts >= share * median(others) ? null : { watts, usual };
}

import { duration, integer, number } from '../../config/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import type { Card, Machine } from './machine.ts';
import { cardDetector } from './machine-detector.ts';
import { Rise } from './rise.ts';
import { patience, Spell } from './spell.ts';

/** Links that a card has at most; NVLink 5 has 18. */
const mostLinks = 64;
/** What the link corrected itself, or counts of what went well. */
const harmless = /^(raw_|fec_corrected|link_recovery_successful)/;
/** A packet that fails its check is sent again, and the link goes on: it takes many of these to matter. */
const checked = /^crc/;

const reads = [
  'gradwatch_gpu_nvlink_active',
  'gradwatch_gpu_nvlink_active_links',
  'gradwatch_gpu_nvlink_errors_total',
  'gradwatch_gpu_fabric_health_state',
  'gradwatch_gpu_fabric_impaired',
] as const;
type Reads = (typeof reads)[number];

/**
 * NVLinks that were up are down, or are up on the others of the same model; errors on links rise; the fabric is not healthy. What rate of
 * CRC errors matters is the limit of DCGM's health check: github.com/NVIDIA/DCGM, dcgm_gpu_hardware_limits.h.
 */
export const gpuNvlinkDegraded = cardDetector({
  kind: 'gpu_nvlink_degraded',
  meaning: 'an NVLink of a GPU is down or full of errors, or its fabric is not healthy',
  explains: [
    'gpu_nvlink_degraded',
    'slow_communication',
    'straggler',
    'slow_down',
    'throughput_regression',
    'step_outlier',
    'bottleneck',
  ],
  alert: 'rank_degraded',
  collectors: ['gpu', 'gpu_detail'],
  reads,
  options: detectorOptions({
    errors: integer({
      default: 10,
      min: 1,
      max: 1e9,
      help: 'Errors of all links of a card within the window that links do not correct, without those of the checksum',
    }),
    crc: number({
      default: 100,
      min: 0.001,
      max: 1e9,
      help: 'CRC errors of all links of a card a second, over the window',
    }),
    window: duration({ default: '10m', min: '5s', max: '1d', help: 'Time over which errors are counted' }),
    ...patience('10s', '2m'),
  }),
  start: ({ window }) => ({
    seenUp: new Set<string>(),
    errors: new Rise(window),
    unchecked: new Rise(window),
    spell: new Spell(),
  }),
  observe({ seenUp, errors, unchecked, spell }, card, { errors: limit, crc, window, ...waits }, machine) {
    const links = card.all('gradwatch_gpu_nvlink_active');
    const down: string[] = [];
    for (const { labels, value } of links) {
      const link = labels.get('link') ?? '';
      if (value === 1 && seenUp.size < mostLinks) seenUp.add(link);
      if (value === 0 && seenUp.has(link)) down.push(link);
    }
    const counters = card
      .all('gradwatch_gpu_nvlink_errors_total')
      .filter(({ labels }) => !harmless.test(labels.get('kind') ?? ''));
    const count = (ofCrc: boolean) =>
      counters
        .filter(({ labels }) => checked.test(labels.get('kind') ?? '') === ofCrc)
        .reduce((sum, { value }) => sum + value, 0);
    if (counters.length > 0) {
      errors.push(machine.time, count(false));
      unchecked.push(machine.time, count(true));
    }
    const rate = unchecked.rise / window;
    const health = card.state('gradwatch_gpu_fabric_health_state');
    const impaired = card.all('gradwatch_gpu_fabric_impaired').filter(({ value }) => value === 1);
    if (links.length === 0 && health === null && impaired.length === 0) return quiet;

    const missing = fewerThanOthers(card, machine);
    const aspects = impaired.map(({ labels }) => labels.get('aspect') ?? '');
    const signs = [
      ...(down.length > 0 ? [`NVLink ${down.join(', ')} of ${card.name} is down`] : []),
      ...(missing > 0 && down.length === 0
        ? [`${card.name} has ${missing === 1 ? '1 NVLink' : `${missing} NVLinks`} less than others of its model`]
        : []),
      ...(errors.rise >= limit
        ? [
            `the NVLinks of ${card.name} had ${figure(errors.rise)} errors within the last ${span(Math.min(window, errors.span(machine.time)))}`,
          ]
        : []),
      ...(rate >= crc ? [`the NVLinks of ${card.name} have ${figure(rate)} CRC errors a second`] : []),
      ...(health === 'unhealthy' || health === 'limited_capacity'
        ? [`the NVLink fabric of ${card.name} is ${health}`]
        : []),
      ...(aspects.length > 0 ? [`the NVLink fabric of ${card.name} is impaired (${aspects.join(', ')})`] : []),
    ];
    return spell.judge(machine.time, signs.length > 0, waits, () => ({
      severity: 'warning',
      score: Math.max(down.length, missing, errors.rise / limit, rate / crc, 1),
      threshold: 1,
      cause: `${capital(signs.join('; '))}.`,
      advice:
        'Look at `nvidia-smi nvlink -s` and `-e`, and at the fabric manager; reset the card, then replace it or its board.',
    }));
  },
});

/**
 * How many links less are up than on at least half of the cards of its model: both ends of a dead link have one less. A card without any
 * may be one of several that nobody bridged; it counts where all others have some.
 */
function fewerThanOthers(card: Card<Reads>, machine: Machine<Reads>): number {
  const own = card.read('gradwatch_gpu_nvlink_active_links');
  const others = machine.cards
    .filter(({ key, model }) => key !== card.key && model === card.model)
    .flatMap((other) => other.read('gradwatch_gpu_nvlink_active_links') ?? []);
  if (own === null || others.length < 2) return 0;
  const all = [own, ...others].sort((one, other) => other - one);
  const usual = own === 0 ? Math.min(...others) : (all[Math.ceil(all.length / 2) - 1] ?? 0);
  return Math.max(0, usual - own);
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

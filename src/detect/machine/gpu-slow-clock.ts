import { number } from '../../config/index.ts';
import { median } from '../../stats/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import type { Card } from './machine.ts';
import { cardDetector } from './machine-detector.ts';
import { patience, Spell } from './spell.ts';

const reads = [
  'gradwatch_gpu_sm_clock_hertz',
  'gradwatch_gpu_memory_clock_hertz',
  'gradwatch_gpu_utilization_ratio',
] as const;
type Reads = (typeof reads)[number];

const kinds = { gradwatch_gpu_sm_clock_hertz: 'SM clock', gradwatch_gpu_memory_clock_hertz: 'memory clock' } as const;
const names = Object.keys(kinds) as (keyof typeof kinds)[];

/** A GPU runs at a lower clock than the cards of its model that work for the same run, while all of them work. */
export const gpuSlowClock = cardDetector({
  kind: 'gpu_slow_clock',
  meaning: 'a GPU runs at a lower clock than the others that work for the same run',
  explains: ['gpu_outlier', 'straggler', 'slow_down', 'throughput_regression', 'step_outlier', 'bottleneck'],
  alert: 'rank_degraded',
  collectors: ['gpu'],
  reads,
  options: detectorOptions({
    ratio: number({
      default: 0.85,
      min: 0,
      max: 1,
      help: 'Share of the median clock of the others below which a clock is slow',
    }),
    load: number({ default: 0.5, min: 0, max: 1, help: 'Utilisation from which a card counts as working' }),
    ...patience('2m', '2m'),
  }),
  start: () => ({ spell: new Spell() }),
  observe({ spell }, card, { ratio, load, ...waits }, machine) {
    if (!works(card, load)) return quiet;
    const peers = machine.peersOf(card).filter((peer) => works(peer, load));
    const compared = names.flatMap((name) => {
      const [own, others] = [card.read(name), peers.flatMap((peer) => peer.read(name) ?? [])];
      return own === null || others.length < 2 ? [] : [{ name, own, usual: median(others) }];
    });
    const [slowest] = compared.toSorted((one, other) => one.own / one.usual - other.own / other.usual);
    if (slowest === undefined) return quiet;
    const { name, own, usual } = slowest;
    return spell.judge(machine.time, own < ratio * usual, waits, (seconds) => ({
      severity: 'warning',
      score: usual / own,
      threshold: 1 / ratio,
      baseline: usual,
      cause: `The ${kinds[name]} of ${card.name} is ${figure(own / 1e6)} MHz, that of the others that work for the same run ${figure(usual / 1e6)} MHz, since ${span(seconds)}.`,
      advice:
        'Look at `nvidia-smi -q -d PERFORMANCE,CLOCK` of the card: what holds its clocks down, and whether they are locked.',
    }));
  },
});

function works(card: Card<Reads>, load: number): boolean {
  return (card.read('gradwatch_gpu_utilization_ratio') ?? 0) >= load;
}

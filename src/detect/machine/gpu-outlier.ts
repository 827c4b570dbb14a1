import { number } from '../../config/index.ts';
import { median, madToSigma, SlidingWindow } from '../../stats/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure, span } from '../figure.ts';
import { isThrottled } from './clock-events.ts';
import type { Card } from './machine.ts';
import { cardDetector } from './machine-detector.ts';
import { isTraining, standStill } from './run-pause.ts';
import { patience, Spell } from './spell.ts';

/** In the order in which they are told where several deviate: the more a metric says of what a card does, the earlier it comes. */
const metrics = {
  gradwatch_gpu_sm_clock_hertz: 'SM clock',
  gradwatch_gpu_power_watts: 'power',
  gradwatch_gpu_memory_utilization_ratio: 'memory activity',
  gradwatch_gpu_utilization_ratio: 'utilisation',
} as const;
const names = Object.keys(metrics) as (keyof typeof metrics)[];
type Name = (typeof names)[number];
const reads = [...names, 'gradwatch_gpu_clock_event_active'] as const;

/** Looks in a vector, and those from which the usual place of a card is learnt. */
const vector = 12;
const learning = 60;
/** Utilisation of the others below which nobody works. */
const load = 0.3;
/** Seconds by which reports of steps may come late: workers send them, and write their logs, in batches. */
const lateness = 60;
/** Standard deviations of the others by which a card stands outside of them. */
const sigmas = 3;

/** Where a card stands among its peers, by one metric: its values as shares of the median of the others. */
export class Place {
  private readonly recent = new SlidingWindow(vector);
  private readonly learnt = new SlidingWindow(learning);
  private alone = false;

  /** @param alone whether it stands outside of the others at this moment */
  push(share: number, alone: boolean): void {
    this.alone = alone;
    const before = this.recent.push(share);
    if (before !== undefined && this.learnt.size < learning) this.learnt.push(before);
  }

  get isKnown(): boolean {
    return this.learnt.size === learning;
  }

  isAway(distance: number): boolean {
    return this.isKnown && this.alone && Math.abs(this.now - this.usual) >= distance;
  }

  get usual(): number {
    return this.learnt.median();
  }

  get now(): number {
    return this.recent.median();
  }
}

/**
 * A card does no longer what the other cards of its run do. As in Minder (NSDI 2025, arXiv 2411.01791): by metric the distance of each
 * machine from the others, one at a time in the order of what the metrics say, and only what lasts. In place of a learnt denoising the
 * median of the last minute is compared; in place of raw values a card's place among its peers, so that cards which do different
 * work all along (stages of a pipeline) are no outliers.
 */
export const gpuOutlier = cardDetector({
  kind: 'gpu_outlier',
  meaning: 'a GPU no longer does what the others that work for the same run do',
  explains: ['straggler', 'slow_down', 'throughput_regression', 'step_outlier', 'bottleneck'],
  alert: 'rank_degraded',
  collectors: ['gpu'],
  reads,
  options: detectorOptions({
    distance: number({
      default: 0.25,
      min: 0,
      max: 10,
      help: 'Shift of a card against the median of the others, as a share of that median, from which it is an outlier',
    }),
    ...patience('4m', '2m'),
  }),
  start: () => ({ group: '', places: places(), spell: new Spell() }),
  observe(state, card, { distance, ...waits }, machine) {
    const peers = machine.peersOf(card);
    if (peers.length < 3) return quiet;
    // Another run, or other cards: other places.
    const group = JSON.stringify([card.ranks, peers.map(({ key }) => key)]);
    if (group !== state.group) Object.assign(state, { group, places: places() });
    // While one rank evaluates or saves, the others wait for it; while nobody works there is nothing to compare.
    const ranks = machine.ranksBeside(card);
    if (!ranks.every(isTraining) || standStill(ranks, lateness)) return quiet;
    if (!(median(valuesOf(peers, 'gradwatch_gpu_utilization_ratio')) >= load)) return quiet;
    // Of those that are held down a healthy card stands out.
    const unhindered = peers.filter((peer) => !isThrottled(peer));
    if (unhindered.length < 3) return quiet;
    for (const name of names) {
      const [own, others] = [card.read(name), valuesOf(unhindered, name)];
      const middle = median(others);
      if (own === null || others.length < 3 || !(middle > 0)) continue;
      const spread = madToSigma * median(others.map((value) => Math.abs(value - middle)));
      state.places[name].push(own / middle, Math.abs(own - middle) > sigmas * spread);
    }
    const known = names.some((name) => state.places[name].isKnown);
    const away = names.find((name) => state.places[name].isAway(distance)) ?? null;
    return state.spell.judge(machine.time, known ? away !== null : null, waits, (seconds) => {
      const name = away ?? 'gradwatch_gpu_sm_clock_hertz';
      const { now, usual } = state.places[name];
      return {
        severity: 'warning',
        score: Math.abs(now - usual),
        threshold: distance,
        baseline: usual,
        window: learning,
        cause: `The ${metrics[name]} of ${card.name} is ${figure(100 * now)} % of that of the ${peers.length} others that work for the same run, usually ${figure(100 * usual)} %, since ${span(seconds)}.`,
        advice:
          'Look at what else is found on this card and its rank; where nothing is, swap it with another one and see whether the fault goes with it.',
      };
    });
  },
});

type Places = Readonly<Record<Name, Place>>;

function places(): Places {
  return Object.fromEntries(names.map((name) => [name, new Place()])) as unknown as Places;
}

function valuesOf(cards: readonly Card<Name>[], name: Name): readonly number[] {
  return cards.flatMap((card) => card.read(name) ?? []);
}

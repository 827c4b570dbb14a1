import { duration, integer } from '../../config/index.ts';
import { VectorJudge, type Judgement } from '../../learn/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { figure } from '../figure.ts';
import type { Card } from './machine.ts';
import { cardDetector } from './machine-detector.ts';
import { Spell } from './spell.ts';

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
type Signal = keyof typeof signals;
const names = Object.keys(signals) as Signal[];

/** Fewer do not tell how they go together. */
const fewest = 4;

export interface Learner {
  /** The ranks that compute on the card: with others another usual begins. */
  readonly ranks: string;
  readonly told: readonly Signal[];
  readonly judge: VectorJudge;
}

/**
 * The telemetry of a GPU no longer goes together as it did in this run: two of three learnt models (autoencoder, next-value network, principal
 * components) are off by more than they ever are. It sees what no rule was written for, so it informs and wakes nobody.
 */
export const gpuTelemetry = cardDetector({
  kind: 'gpu_telemetry',
  meaning: 'the telemetry of a GPU does not go together as learnt in this run',
  explains: [],
  alert: 'none',
  collectors: ['gpu'],
  reads: names,
  options: detectorOptions({
    interval: duration({ default: '15s', min: '1s', max: '5m', help: 'Time between two vectors of a GPU' }),
    after: duration({ default: '1m', min: '0s', max: '1d', help: 'How long it must hold before it is told' }),
    calm: duration({ default: '5m', min: '0s', max: '1d', help: 'How long it must be over before it is recovered' }),
    relearn: duration({
      default: '1h',
      min: '1m',
      max: '7d',
      help: 'How long it holds until it is the usual by then, and all is learnt anew',
    }),
    seed: integer({
      default: 1,
      min: 0,
      max: 2 ** 31,
      help: 'Of the first weights: the same data gives the same findings',
    }),
  }),
  start: () => ({ learner: null as Learner | null, lastAt: -Infinity, spell: new Spell() }),
  observe(state, card, { interval, after, calm, relearn, seed }, { time }) {
    if (card.ranks.length === 0 || time - state.lastAt < interval) return quiet;
    state.lastAt = time;
    const told = names.filter((name) => card.read(name) !== null);
    if (told.length < fewest) return quiet;
    const ranks = JSON.stringify(card.ranks);
    if (state.learner?.ranks !== ranks || state.learner.told.join() !== told.join()) {
      const judge = new VectorJudge(told.length, seed, Math.ceil(relearn / interval));
      state.learner = { ranks, told, judge };
    }
    const judgement = state.learner.judge.judge(vectorOf(card, told));
    if (judgement === null) return quiet;
    return state.spell.judge(time, judgement.strange, { after, calm }, () => ({
      severity: 'info',
      score: worst(judgement),
      threshold: 1,
      cause: `The telemetry of ${card.name} no longer goes together as in this run before: ${contributions(judgement, told)}.`,
      advice: 'Compare these signals with those of the other GPUs of the run, over the hour before.',
    }));
  },
});

function vectorOf(card: Card<Signal>, told: readonly Signal[]): Float64Array {
  return Float64Array.from(told, (name) => card.read(name) ?? 0);
}

function worst({ ratios }: Judgement): number {
  return Math.max(...ratios.values());
}

/** The signals that stand out most, and which models say so. */
function contributions({ ratios, shares }: Judgement, told: readonly Signal[]): string {
  const largest = told
    .map((name, at) => ({ text: signals[name], share: shares[at] ?? 0 }))
    .toSorted((one, other) => other.share - one.share)
    .slice(0, 3)
    .map(({ text, share }) => `${text} (${figure(100 * share)} % of the error)`);
  const models = [...ratios]
    .filter(([, ratio]) => ratio > 1)
    .map(([name, ratio]) => `${name.replaceAll('_', ' ')} ${figure(ratio)} times its limit`);
  return `${largest.join(', ')}; ${models.join(', ')}`;
}

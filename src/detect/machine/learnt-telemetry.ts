import { duration, integer } from '../../config/index.ts';
import { VectorJudge, type Judgement } from '../../learn/index.ts';
import { quiet, type Verdict } from '../detector.ts';
import { figure } from '../figure.ts';
import { Spell } from './spell.ts';

/** Fewer do not tell how they go together. */
const fewest = 4;

/** The options of every detector that learns how signals go together. */
export function learningOptions(after: string) {
  return {
    interval: duration({ default: '15s', min: '1s', max: '5m', help: 'Time between two vectors' }),
    after: duration({ default: after, min: '0s', max: '1d', help: 'How long it must hold before it is told' }),
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
  };
}

interface Options {
  readonly interval: number;
  readonly after: number;
  readonly calm: number;
  readonly relearn: number;
  readonly seed: number;
}

/** A signal within a sentence, and its value now; null where it is not told. */
export type Signal = readonly [words: string, value: number | null];

interface Learner {
  readonly about: string;
  readonly judge: VectorJudge;
}

/**
 * How the signals of one thing go together, as it is learnt while the same ranks compute: two of three models (autoencoder, next-value
 * network, principal components) are off by more than they ever are. With other ranks, or other signals, another usual begins.
 */
export class LearntTelemetry {
  private learner: Learner | null = null;
  private lastAt = -Infinity;
  private readonly spell = new Spell();

  /** Whether it is time for a vector. */
  isDue(time: number, { interval }: Options): boolean {
    return time - this.lastAt >= interval;
  }

  /**
   * @param name of what the signals are, within a sentence
   * @param ranks that compute
   */
  judge(
    time: number,
    name: string,
    ranks: unknown,
    signals: readonly Signal[],
    { interval, after, calm, relearn, seed }: Options,
  ): Verdict {
    this.lastAt = time;
    const told = signals.flatMap(([words, value]) => (value === null ? [] : [{ words, value }]));
    if (told.length < fewest) return quiet;
    const words = told.map((signal) => signal.words);
    const about = JSON.stringify([ranks, words]);
    if (this.learner?.about !== about) {
      this.learner = { about, judge: new VectorJudge(told.length, seed, Math.ceil(relearn / interval)) };
    }
    const judgement = this.learner.judge.judge(Float64Array.from(told, ({ value }) => value));
    if (judgement === null) return quiet;
    return this.spell.judge(time, judgement.strange, { after, calm }, () => ({
      severity: 'info',
      score: Math.max(...judgement.ratios.values()),
      threshold: 1,
      cause: `The telemetry of ${name} no longer goes together as in this run before: ${contributions(judgement, words)}.`,
      advice: 'Compare these signals with those of the other GPUs and nodes of the run, over the hour before.',
    }));
  }
}

/** The signals that stand out most, and which models say so. */
function contributions({ ratios, shares }: Judgement, words: readonly string[]): string {
  const largest = words
    .map((text, at) => ({ text, share: shares[at] ?? 0 }))
    .toSorted((one, other) => other.share - one.share)
    .slice(0, 3)
    .map(({ text, share }) => `${text} (${figure(100 * share)} % of the error)`);
  const models = [...ratios]
    .filter(([, ratio]) => ratio > 1)
    .map(([name, ratio]) => `${name.replaceAll('_', ' ')} ${figure(ratio)} times its limit`);
  return `${largest.join(', ')}; ${models.join(', ')}`;
}

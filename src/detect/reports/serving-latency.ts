import { integer, number } from '../../config/index.ts';
import type { LatencyHistogram } from '../../runs/index.ts';
import { madToSigma, SlidingWindow, sumOf } from '../../stats/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { Episode } from '../episode.ts';
import { span } from '../figure.ts';
import { reportDetector } from '../report.ts';

export interface State {
  /** Logarithms of the 95th percentiles that were in order. */
  readonly usual: SlidingWindow;
  readonly episode: Episode<number | null>;
  streak: number;
}

/** Least standard deviation of the logarithm that is assumed: buckets are coarse. */
const scaleFloor = 0.1;

/** The latency of a process that serves a model has left what is usual for it. */
export const servingLatency = reportDetector({
  kind: 'serving_latency',
  hears: 'serving',
  subject: 'rank',
  meaning: 'the latency of a served model has risen above its usual',
  explains: [],
  alert: 'rank_degraded',
  endsWithRun: true,
  options: detectorOptions({
    slowdown: number({ default: 1.5, min: 1, max: 1000, help: '95th percentile over the usual one' }),
    z: number({ default: 5, min: 0, max: 1000, help: 'The same in robust standard deviations of its logarithm' }),
    least: integer({ default: 20, min: 1, max: 1e9, help: 'Requests that a report must count to be judged' }),
    window: integer({ default: 128, min: 10, max: 4096, help: 'Percentiles in order that make the usual one' }),
    warmup: integer({ default: 20, min: 3, max: 4096, help: 'Percentiles before the first verdict' }),
    patience: integer({ default: 5, min: 1, max: 1000, help: 'Reports in a row' }),
  }),
  start: ({ window }): State => ({
    usual: new SlidingWindow(window),
    episode: new Episode<number | null>(),
    streak: 0,
  }),
  observe(state, { rank, latency }, { slowdown, z, least, warmup, patience }) {
    const { usual, episode } = state;
    const value = latency === null || sumOf(latency.counts) < least ? null : percentile95(latency);
    if (value === null || !(value > 0)) return quiet;
    const log = Math.log(value);
    const middle = usual.median();
    const scale = Math.max(scaleFloor, madToSigma * usual.mad());
    const isSlow = usual.size >= warmup && log - middle > Math.max(Math.log(slowdown), z * scale);
    if (!isSlow) {
      usual.push(log);
      state.streak = 0;
      return episode.calm(null, patience);
    }
    state.streak += 1;
    if (state.streak < patience) return quiet;
    return {
      status: 'evidence',
      severity: 'warning',
      firstStep: episode.disturbed(null),
      step: null,
      score: Math.exp(log - middle),
      threshold: slowdown,
      baseline: Math.exp(middle),
      window: usual.size,
      cause: `The 95th percentile of the latency of rank ${rank} is ${span(value)}, usually ${span(Math.exp(middle))}.`,
      advice: 'Look at the load, the length of requests, throttling of the GPU, and at what else runs on it.',
    };
  },
});

/** The bound below which 95 of 100 requests stay, linear within its bucket; the last bound where it lies above all. */
function percentile95({ bounds, counts }: LatencyHistogram): number | null {
  const wanted = 0.95 * sumOf(counts);
  let below = 0;
  for (const [at, bound] of bounds.entries()) {
    const count = counts[at] ?? 0;
    if (below + count >= wanted && count > 0) {
      const from = bounds[at - 1] ?? 0;
      return from + ((bound - from) * (wanted - below)) / count;
    }
    below += count;
  }
  return bounds.at(-1) ?? null;
}

import { integer, number } from '../../config/index.ts';
import type { Observation } from '../../runs/index.ts';
import { detectorOptions, quiet } from '../detector.ts';
import { groupDetector, type RankVerdict } from '../group.ts';
import { ByRank } from './by-rank.ts';
import { Others } from './others.ts';
import { Pace } from './pace.ts';
import { evidenceOf, type Slow, type Work } from './slow-rank.ts';
import { StepBoard, type StepRow } from './step-board.ts';

export interface State {
  readonly board: StepBoard<Work>;
  readonly paces: ByRank<Pace>;
}

interface Options {
  readonly slowdown: number;
  readonly z: number;
  readonly lag: number;
  readonly window: number;
  readonly warmup: number;
  readonly of: number;
  readonly slow: number;
  readonly slight: number;
  readonly evidence: number;
  readonly critical: number;
}

/**
 * One rank is slower than the others that do the same work: measured by its own usual time, its step takes longer and theirs does not.
 * Where ranks tell how long they wait in collectives, the own time is the step without that wait, since in data-parallel training a
 * slow rank makes every rank's step as long as its own; then a rank that was slow from the start is seen too.
 */
export const straggler = groupDetector({
  kind: 'straggler',
  subject: 'rank',
  peers: 'work',
  meaning: 'a rank is slower than the others that do the same work',
  explains: ['slow_down', 'throughput_regression', 'step_outlier', 'bottleneck'],
  alert: 'rank_degraded',
  endsWithRun: true,
  options: detectorOptions({
    slowdown: number({
      default: 1.15,
      min: 1.01,
      max: 100,
      help: "Own time over the rank's usual one, relative to the same of its peers, from which a step is slow",
    }),
    z: number({
      default: 4,
      min: 0,
      max: 100,
      help: 'The same in robust standard deviations of what is usual for the rank',
    }),
    lag: number({
      default: 1.25,
      min: 1.01,
      max: 100,
      help: 'Own time over that of its peers from which a step is slow whatever is usual, where waits are reported',
    }),
    slow: integer({
      default: 5,
      min: 1,
      max: 30,
      help: 'Slow steps that make a straggler',
    }),
    of: integer({
      default: 10,
      min: 1,
      max: 30,
      help: 'The last steps among which they are',
    }),
    slight: number({
      default: 1.1,
      min: 1.01,
      max: 100,
      help: 'Slowdown of the same kind that counts where it lasts',
    }),
    evidence: number({
      default: 14,
      min: 1,
      max: 10_000,
      help: 'Steps, each at one and a half times that slowdown or more, after which it has lasted; smaller ones count less',
    }),
    critical: number({
      default: 2,
      min: 1.01,
      max: 1000,
      help: 'Slowdown from which it is critical',
    }),
    window: integer({
      default: 64,
      min: 8,
      max: 4096,
      help: 'Own times in order that make the usual one',
    }),
    warmup: integer({
      default: 10,
      min: 3,
      max: 4096,
      help: 'Own times before the first verdict',
    }),
  }),
  reads: ['step_seconds', 'collective_wait_seconds'],
  start: ({ window }): State => ({
    board: new StepBoard(() => ({ own: 0, wait: null })),
    paces: new ByRank(() => new Pace(window)),
  }),
  observe({ board, paces }, observation, options) {
    const { step, rank, known, wentBack } = observation;
    if (wentBack) board.rewind(rank, step);
    const pace = paces.of(rank);
    if (known.collective_wait_seconds !== undefined) pace.waits = true;
    else if (pace.waits) return [];
    const work = workOf(observation);
    if (work === null) return [];
    return board.put(step, rank, work).flatMap(([done, row]) => judge(paces, done, row, options));
  },
  forget({ board, paces }, rank) {
    board.forget(rank);
    paces.delete(rank);
  },
});

function workOf({ known }: Observation): Work | null {
  const { step_seconds: whole, collective_wait_seconds: wait } = known;
  if (whole === undefined || !(whole > 0)) return null;
  // Clocks of a device and of the host differ a little: a wait as long as the step leaves no own time to compare.
  const own = whole - (wait ?? 0);
  return own > 0 ? { own, wait: wait ?? null } : null;
}

function judge(paces: ByRank<Pace>, step: number, row: StepRow<Work>, options: Options): RankVerdict[] {
  const ranks = [...row].map(([rank, work]) => {
    const pace = paces.of(rank);
    const own = Math.log(work.own);
    return { rank, pace, work, own, change: own - pace.usual.median() };
  });
  const ready = ranks.filter(({ pace }) => pace.usual.size >= Math.min(options.warmup, options.window));
  const changes = Others.of(ready.map(({ change }) => change));
  const waiting = ranks.every(({ work }) => work.wait !== null);
  const leastWait = Math.min(...ranks.map(({ work }) => work.wait ?? Infinity));
  const owns = Others.of(ranks.map(({ own }) => own));
  return ranks.flatMap(({ rank, pace, work, own, change }): RankVerdict[] => {
    const trained = pace.usual.size >= Math.min(options.warmup, options.window);
    const apart = trained && ready.length > 1 ? change - changes.medianWithout(change) : 0;
    const behind = waiting && ranks.length > 1 ? own - owns.medianWithout(own) : 0;
    const least = waiting && work.wait === leastWait;
    const changed = apart >= Math.log(options.slowdown) && apart >= options.z * pace.sigma;
    const lags = least && behind >= Math.log(options.lag);
    const slight = Math.log(options.slight);
    if (trained && ready.length > 1 && !changed) pace.slight.take(step, apart, slight, pace.sigma, options.evidence);
    const drifts = !changed && !lags && pace.slight.reaches(options.evidence, slight);
    pace.mark(step, changed || lags, options.of);
    // What may be a lag is not learnt as usual before that is known.
    if (!changed && !pace.slight.reaches(options.evidence / 2, -Infinity)) pace.learn(own, trained ? apart : null);
    const slow: Slow | null = changed
      ? { factor: apart, threshold: options.slowdown, since: pace.since, isChange: true }
      : lags
        ? { factor: behind, threshold: options.lag, since: pace.since, isChange: false }
        : drifts
          ? { factor: pace.slight.mean, threshold: options.slight, since: pace.slight.since, isChange: true }
          : null;
    const enough = drifts || pace.slowSteps >= options.slow;
    const verdict =
      slow === null
        ? pace.episode.calm(step, options.of)
        : enough
          ? evidenceOf(slow, rank, pace, step, row, options.critical)
          : quiet;
    return verdict === quiet ? [] : [{ rank, verdict }];
  });
}

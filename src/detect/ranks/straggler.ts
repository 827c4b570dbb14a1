import { integer, number } from '../../config/index.ts';
import { detectorOptions } from '../detector.ts';
import { groupDetector } from '../group.ts';
import { ByRank } from './by-rank.ts';
import { comparePaces } from './compare-paces.ts';
import { Pace } from './pace.ts';
import { StepBoard } from './step-board.ts';
import { noWork, readsWork, tellsOwn, workOf, type Work } from './work.ts';

export interface State {
  readonly board: StepBoard<Work>;
  readonly paces: ByRank<Pace>;
}

/**
 * One rank is slower than the others that do the same work: measured by its own usual time, its step takes longer and theirs does not.
 * Where ranks tell how long they wait in collectives, or what they need themselves, the own time is the step without that wait, since in
 * data-parallel training a slow rank makes every rank's step as long as its own; then a rank that was slow from the start is seen too.
 */
export const straggler = groupDetector({
  kind: 'straggler',
  subject: 'rank',
  peers: 'work',
  meaning: 'a rank is slower than the others that do the same work',
  explains: ['slow_down', 'throughput_regression', 'step_outlier', 'bottleneck', 'load_imbalance'],
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
      help: 'Slow steps that make a straggler, more where peers have slow steps too',
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
      help: 'Slowdown of the same kind that counts where it lasts, and in the mean where steps are slow now and then',
    }),
    drift: number({
      default: 1.2,
      min: 1.01,
      max: 100,
      help: 'Slowdown against what was usual long before that counts, where it came little by little',
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
      help: 'Own times until the first verdict',
    }),
  }),
  reads: readsWork,
  start: ({ window, of }): State => ({
    board: new StepBoard(() => ({ ...noWork })),
    paces: new ByRank(() => new Pace(window, of)),
  }),
  observe({ board, paces }, { step, rank, known, wentBack }, options) {
    if (wentBack) board.rewind(rank, step);
    const pace = paces.of(rank);
    if (tellsOwn(known)) pace.waits = true;
    else if (pace.waits) return [];
    const work = workOf(known);
    if (work === null) return [];
    return board.put(step, rank, work).flatMap(([done, row]) => comparePaces(paces, done, row, options));
  },
  forget({ board, paces }, rank) {
    board.forget(rank);
    paces.delete(rank);
  },
});

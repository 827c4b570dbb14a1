import { LevelShift, median } from '../../stats/index.ts';
import type { Verdict } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import type { RankVerdict } from '../group.ts';
import { ByRank } from './by-rank.ts';
import { Others } from './others.ts';
import { StepBoard, type StepRow } from './step-board.ts';

const recentLosses = 15;
const usualLosses = 128;

export interface Losses {
  readonly board: StepBoard<number>;
  /** Of the median over ranks. */
  readonly typical: LevelShift;
  readonly ranks: ByRank<{ readonly level: LevelShift; readonly episode: Episode }>;
}

interface Options {
  readonly loss: number;
  readonly z: number;
}

export function losses(): Losses {
  return {
    board: new StepBoard(() => 0),
    typical: new LevelShift(recentLosses, usualLosses),
    ranks: new ByRank(() => ({ level: new LevelShift(recentLosses, usualLosses), episode: new Episode() })),
  };
}

/** Whether the losses of a step go along with each other. */
export function judgeLosses(
  { typical, ranks }: Losses,
  step: number,
  row: StepRow<number>,
  options: Options,
): RankVerdict[] {
  const told = [...row].filter(([, value]) => Number.isFinite(value));
  // Of two ranks nobody can say which one went astray.
  if (told.length < 3) return [];
  const values = told.map(([, value]) => value);
  const others = Others.of(values);
  // Losses that all rose differ by more than they did: that the run diverges is no matter of one rank.
  const risen = Math.max(0, typical.take(median(values), true)?.by ?? 0);
  return told.flatMap(([rank, value]): RankVerdict[] => {
    const verdict = judgeLoss(ranks.of(rank), rank, step, value, others.medianWithout(value), risen, options);
    return verdict.status === 'quiet' ? [] : [{ rank, verdict }];
  });
}

function judgeLoss(
  { level, episode }: { readonly level: LevelShift; readonly episode: Episode },
  rank: number,
  step: number,
  value: number,
  peers: number,
  risen: number,
  { loss, z }: Options,
): Verdict {
  const shift = level.take(value - peers, !episode.open);
  if (shift === null) return { status: 'quiet' };
  const by = Math.abs(shift.by);
  const least = Math.max(loss * Math.abs(peers), risen);
  // Medians vary less than values, unless values resemble their neighbours. How much takes some work to know, and most shifts are small.
  const knows = by >= least && shift.size >= usualLosses;
  const deviation = knows ? Math.min(shift.sigma, level.furthestMedian()) : shift.sigma;
  const limit = Math.max(least, z * deviation);
  if (!(by >= limit) || limit === 0) return episode.calm(step, recentLosses);
  const firstStep = episode.disturbed(Math.max(0, step - ((recentLosses - 1) >> 1)));
  return {
    status: 'evidence',
    severity: 'warning',
    firstStep,
    step,
    score: by / Math.max(deviation, Number.MIN_VALUE),
    threshold: z,
    baseline: peers,
    window: shift.size,
    cause: `The loss of rank ${rank} has left that of its replicas by ${figure(shift.by)} since about step ${firstStep}; theirs is ${figure(peers)}.`,
    advice:
      'Look at the data that this rank reads; if it is like that of the others, its parameters are not: compare the norms of the ranks, and go back to the last checkpoint before.',
  };
}

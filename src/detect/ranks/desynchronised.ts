import { integer, number } from '../../config/index.ts';
import type { Observation } from '../../runs/index.ts';
import { LevelShift } from '../../stats/index.ts';
import { detectorOptions, type Verdict } from '../detector.ts';
import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import { groupDetector, type RankVerdict } from '../group.ts';
import { ByRank } from './by-rank.ts';
import { Others } from './others.ts';
import { StepBoard, type StepRow } from './step-board.ts';

/** What replicas have in common after every step, as it is called within a sentence. */
const norms = { gradient_norm: 'gradient norm', parameter_norm: 'parameter norm' } as const;
type Norm = keyof typeof norms;
const normNames = Object.keys(norms) as readonly Norm[];

/** Relative difference that rounding can make: the norms of replicas are the same to the last digits. */
const rounding = 1e-4;

interface Agreement {
  readonly board: StepBoard<number>;
  readonly episode: Episode;
  /** Steps after which all agreed, since they last did not. */
  agreed: number;
  /** They agreed for long enough to be replicas. */
  replicas: boolean;
  /** Steps in a row after which they did not agree, and the first of them. */
  apart: number;
  since: number;
  /** Of whom the finding is. */
  culprit: number;
}

interface Losses {
  readonly board: StepBoard<number>;
  readonly ranks: ByRank<{ readonly level: LevelShift; readonly episode: Episode }>;
}

export interface State {
  readonly norms: Readonly<Record<Norm, Agreement>>;
  readonly losses: Losses;
}

interface Options {
  readonly difference: number;
  readonly agreed: number;
  readonly patience: number;
  readonly loss: number;
  readonly z: number;
}

const recentLosses = 15;
const usualLosses = 128;

/**
 * Replicas of a model are no longer the same: one computes wrongly and nobody notices (silent data corruption), or a rank did not take
 * part in a reduction. Their norms must be equal after each step; their losses must go along with each other.
 */
export const desynchronised = groupDetector({
  kind: 'desynchronised',
  subject: 'run',
  peers: 'replicas',
  meaning: 'ranks that hold the same model no longer agree about it',
  explains: [],
  alert: 'training_degraded',
  endsWithRun: true,
  options: detectorOptions({
    difference: number({ default: 0.01, min: 1e-6, max: 1, help: 'Relative difference of norms that counts' }),
    agreed: integer({ default: 20, min: 1, max: 100_000, help: 'Steps after which norms must have been equal before' }),
    patience: integer({
      default: 3,
      min: 1,
      max: 10_000,
      help: 'Steps in a row after which they differ, or are equal again',
    }),
    loss: number({
      default: 0.1,
      min: 0.001,
      max: 100,
      help: 'Shift of a loss against the others that counts, as a share of it',
    }),
    z: number({ default: 6, min: 0, max: 1000, help: 'The same in robust standard deviations' }),
  }),
  reads: [...normNames, 'loss'],
  start: (): State => ({
    norms: { gradient_norm: agreement(), parameter_norm: agreement() },
    losses: {
      board: new StepBoard(() => 0),
      ranks: new ByRank(() => ({ level: new LevelShift(recentLosses, usualLosses), episode: new Episode() })),
    },
  }),
  observe({ norms: agreements, losses }, observation, options) {
    const { step, rank, fresh, wentBack } = observation;
    const boards = [agreements.gradient_norm.board, agreements.parameter_norm.board, losses.board];
    if (wentBack) for (const board of boards) board.rewind(rank, step);
    const verdicts = normNames.flatMap((name) => {
      const value = fresh[name];
      const { board } = agreements[name];
      if (value === undefined || !isShared(name, observation)) return [];
      return board
        .put(step, rank, value)
        .flatMap(([done, row]) => judgeNorm(agreements[name], name, done, row, options));
    });
    if (fresh.loss === undefined) return verdicts;
    return [
      ...verdicts,
      ...losses.board.put(step, rank, fresh.loss).flatMap(([done, row]) => judgeLosses(losses, done, row, options)),
    ];
  },
  forget({ norms: agreements, losses }, rank) {
    for (const name of normNames) agreements[name].board.forget(rank);
    losses.board.forget(rank);
    losses.ranks.delete(rank);
  },
});

function agreement(): Agreement {
  return {
    board: new StepBoard(() => 0),
    episode: new Episode(),
    agreed: 0,
    replicas: false,
    apart: 0,
    since: 0,
    culprit: 0,
  };
}

/** The norm of what a rank alone holds says nothing of the others. */
function isShared(name: Norm, { details }: Observation): boolean {
  return name !== 'gradient_norm' || details?.gradientNormScope !== 'shard';
}

function judgeNorm(state: Agreement, name: Norm, step: number, row: StepRow<number>, options: Options): RankVerdict[] {
  const told = [...row].filter(([, value]) => Number.isFinite(value));
  if (told.length < 2) return [];
  const others = Others.of(told.map(([, value]) => value));
  const differences = told.map(([rank, value]) => ({
    rank,
    value,
    usual: others.medianWithout(value),
  }));
  const worst = differences.reduce((one, other) => (relative(other) > relative(one) ? other : one));
  const by = relative(worst);
  if (by <= rounding) state.agreed += 1;
  // Ranks that never agreed hold different parts of a model, and have not said so.
  if (state.agreed >= options.agreed) state.replicas = true;
  if (!state.replicas) {
    if (by > rounding) state.agreed = 0;
    return [];
  }
  if (by < options.difference) {
    state.apart = 0;
    const verdict = state.episode.calm(step, options.patience);
    return verdict.status === 'quiet' ? [] : [{ rank: state.culprit, verdict }];
  }
  if (state.apart === 0) state.since = step;
  state.apart += 1;
  if (state.apart < options.patience) return [];
  if (!state.episode.open) state.culprit = worst.rank;
  const who =
    told.length === 2
      ? `The ${norms[name]} of ranks ${told.map(([rank]) => rank).join(' and ')} differs by ${figure(100 * by)} %`
      : `The ${norms[name]} of rank ${worst.rank}, ${figure(worst.value)}, differs by ${figure(100 * by)} % from that of its ${told.length - 1} replicas`;
  return [
    {
      rank: state.culprit,
      verdict: {
        status: 'evidence',
        severity: 'critical',
        firstStep: state.episode.disturbed(state.since),
        step,
        score: by,
        threshold: options.difference,
        baseline: worst.usual,
        window: state.agreed,
        cause: `${who} since step ${state.since}; before it was the same.`,
        advice:
          'Stop: the replicas train different models. Go back to the last checkpoint before the first step, and test the GPU of this rank (DCGM diagnostics, ECC errors) before it takes part again.',
      },
    },
  ];
}

function relative({ value, usual }: { readonly value: number; readonly usual: number }): number {
  return Math.abs(value - usual) / Math.max(Math.abs(usual), Number.MIN_VALUE);
}

function judgeLosses({ ranks }: Losses, step: number, row: StepRow<number>, options: Options): RankVerdict[] {
  const told = [...row].filter(([, value]) => Number.isFinite(value));
  // Of two ranks nobody can say which one went astray.
  if (told.length < 3) return [];
  const others = Others.of(told.map(([, value]) => value));
  return told.flatMap(([rank, value]): RankVerdict[] => {
    const verdict = judgeLoss(ranks.of(rank), rank, step, value, others.medianWithout(value), options);
    return verdict.status === 'quiet' ? [] : [{ rank, verdict }];
  });
}

function judgeLoss(
  { level, episode }: { readonly level: LevelShift; readonly episode: Episode },
  rank: number,
  step: number,
  value: number,
  peers: number,
  { loss, z }: Options,
): Verdict {
  const shift = level.take(value - peers, !episode.open);
  if (shift === null) return { status: 'quiet' };
  const limit = Math.max(loss * Math.abs(peers), z * shift.sigma);
  const by = Math.abs(shift.by);
  if (!(by >= limit) || limit === 0) return episode.calm(step, recentLosses);
  const firstStep = episode.disturbed(Math.max(0, step - ((recentLosses - 1) >> 1)));
  return {
    status: 'evidence',
    severity: 'warning',
    firstStep,
    step,
    score: by / Math.max(shift.sigma, Number.MIN_VALUE),
    threshold: z,
    baseline: peers,
    window: shift.size,
    cause: `The loss of rank ${rank} has left that of its replicas by ${figure(shift.by)} since about step ${firstStep}; theirs is ${figure(peers)}.`,
    advice:
      'Look at the data that this rank reads; if it is like that of the others, its parameters are not: compare the norms of the ranks, and go back to the last checkpoint before.',
  };
}

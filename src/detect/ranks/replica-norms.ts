import { Episode } from '../episode.ts';
import { figure } from '../figure.ts';
import type { RankVerdict } from '../group.ts';
import { Others } from './others.ts';
import { StepBoard, type StepRow } from './step-board.ts';

/** What replicas have in common after every step, as it is called within a sentence. */
export const norms = { gradient_norm: 'gradient norm', parameter_norm: 'parameter norm' } as const;
export type Norm = keyof typeof norms;
export const normNames = Object.keys(norms) as readonly Norm[];

/** Relative difference that rounding can make: the norms of replicas are the same to the last digits. */
const rounding = 1e-4;

export interface Agreement {
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

interface Options {
  readonly difference: number;
  readonly agreed: number;
  readonly patience: number;
}

export function agreement(): Agreement {
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

/** Whether the norm of a step is that of its replicas. */
export function judgeNorm(
  state: Agreement,
  name: Norm,
  step: number,
  row: StepRow<number>,
  options: Options,
): RankVerdict[] {
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

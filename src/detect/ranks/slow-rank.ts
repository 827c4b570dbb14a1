import { median } from '../../stats/index.ts';
import type { Verdict } from '../detector.ts';
import { figure } from '../figure.ts';
import type { Pace } from './pace.ts';
import { slowPartOf } from './slow-part.ts';
import type { StepRow } from './step-board.ts';
import { noWork, type Work } from './work.ts';

/** By which rule a rank is slow, and since when. */
export interface Slow {
  /** Logarithm of how many times slower the rank is. */
  readonly factor: number;
  /** From how many times on it counts. */
  readonly threshold: number;
  readonly since: number;
  /** Slower than it was, and not only slower than the others. */
  readonly isChange: boolean;
  /** Logarithm of the time that such a step usually takes the rank. */
  readonly usual?: number;
  /** In what share of the steps it is slow, where it is so now and then; the factor is the mean of all steps then. */
  readonly share?: number;
}

/** @param critical from how many times on it is critical */
export function evidenceOf(
  { factor: logarithm, threshold, since, isChange, share, usual }: Slow,
  rank: number,
  pace: Pace,
  step: number,
  row: StepRow<Work>,
  critical: number,
): Verdict {
  const factor = Math.exp(logarithm);
  const work = row.get(rank) ?? noWork;
  const others = [...row].filter(([other]) => other !== rank).map(([, each]) => each);
  const baseline = usual === undefined ? null : Math.exp(usual);
  const part = slowPartOf(work, others, work.own - (baseline ?? median(others.map(({ own }) => own))));
  const peers = others.length === 1 ? 'its peer' : `its ${others.length} peers`;
  const often = share === undefined ? '' : ` in the mean, being slow in ${figure(100 * share)} % of its steps,`;
  const slower = `Rank ${rank} ${part === null ? 'computes' : 'is'} ${figure(factor)} times slower${often}`;
  const than = isChange
    ? `than is usual for it since step ${since}, measured by ${peers}`
    : `than ${peers} since step ${since}`;
  const most = Math.max(...others.flatMap(({ wait }) => wait ?? []));
  const wait =
    work.wait === null ? '' : `; it waits ${figure(work.wait)} s for the others, they up to ${figure(most)} s`;
  return {
    status: 'evidence',
    severity: factor >= critical ? 'critical' : 'warning',
    firstStep: pace.episode.disturbed(since),
    step,
    score: factor,
    threshold,
    baseline,
    window: pace.usual.size,
    cause: `${slower} ${than}${part === null ? '' : `: ${part.tells}`}${wait}.`,
    advice:
      part?.advice ??
      "Look at this rank's GPU (throttling, clocks, ECC errors), at what else runs on its node, and at its input data; then move the rank.",
  };
}

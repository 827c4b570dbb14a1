import type { Verdict } from '../detector.ts';
import { figure } from '../figure.ts';
import type { Pace } from './pace.ts';
import type { StepRow } from './step-board.ts';
import type { Work } from './work.ts';

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
  const others = [...row].filter(([other]) => other !== rank).map(([, work]) => work);
  const peers = others.length === 1 ? 'its peer' : `its ${others.length} peers`;
  const own = row.get(rank)?.wait ?? null;
  const most = Math.max(...others.flatMap(({ wait }) => wait ?? []));
  const wait = own === null ? '' : `; it waits ${figure(own)} s for the others, they up to ${figure(most)} s`;
  const often = share === undefined ? '' : ` in the mean, being slow in ${figure(100 * share)} % of its steps,`;
  return {
    status: 'evidence',
    severity: factor >= critical ? 'critical' : 'warning',
    firstStep: pace.episode.disturbed(since),
    step,
    score: factor,
    threshold,
    baseline: usual === undefined ? null : Math.exp(usual),
    window: pace.usual.size,
    cause:
      (isChange
        ? `Rank ${rank} computes ${figure(factor)} times slower${often} than is usual for it since step ${since}, measured by ${peers}`
        : `Rank ${rank} computes ${figure(factor)} times slower than ${peers} since step ${since}`) + `${wait}.`,
    advice:
      "Look at this rank's GPU (throttling, clocks, ECC errors), at what else runs on its node, and at its input data; then move the rank.",
  };
}

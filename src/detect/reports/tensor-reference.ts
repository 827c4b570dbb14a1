import type { Distribution } from '../../runs/index.ts';
import {
  expectedStabilityIndex,
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  populationStabilityIndex,
  squaredStudentLimit,
  sumOf,
} from '../../stats/index.ts';

/** What is usual of one tensor, as plain data that outlives the exporter. */
export interface Reference {
  /** Edges or classes, as text: counts can be compared only where these are the same. */
  readonly bins: string;
  readonly counts: readonly number[];
  /** Reports that it is made of. */
  readonly reports: number;
  /** Named so by the worker: no further report is added. */
  readonly named: boolean;
  /** Sum of what the stability index of each of its reports, against those before it, was beyond chance; {@link beyondChance}. Absent in older snapshots. */
  readonly spread?: number;
}

/** Probability with which counts of the same distribution exceed the limit of Kolmogorov and Smirnov. */
const risk = 1e-4;
/** So many times what chance makes of the stability index on average does not happen by chance. */
const certainly = 4;
/** Standard deviations of a normal distribution beyond which 1 % lies: a report by itself may be so odd, several in a row are not. */
const odd = 2.576;

/** Takes a report into the reference, or begins a new one: where there is none, the worker names this one, or the bins are others. */
export function extended(former: Reference | undefined, distribution: Distribution, named: boolean): Reference {
  const bins = binsOf(distribution);
  const { counts } = distribution;
  if (named || former?.bins !== bins) return { bins, counts: [...counts], reports: 1, named, spread: 0 };
  return {
    ...former,
    counts: former.counts.map((count, at) => count + (counts[at] ?? 0)),
    reports: former.reports + 1,
    spread: (former.spread ?? 0) + beyondChance(former, counts),
  };
}

export function isComparable({ bins }: Reference, distribution: Distribution): boolean {
  return bins === binsOf(distribution);
}

/**
 * @returns the population stability index, and whether chance is ruled out: by it, by what reports differ among each other as those of the
 * reference did, and, where bins have an order, by Kolmogorov and Smirnov
 */
export function compare(reference: Reference, distribution: Distribution): { psi: number; certain: boolean } {
  const { counts } = distribution;
  const psi = populationStabilityIndex(counts, reference.counts);
  const byIndex = psi > certainly * expectedStabilityIndex(counts, reference.counts);
  const bySpread = beyondChance(reference, counts) > spreadLimit(reference);
  const limit = kolmogorovSmirnovLimit(sumOf(counts), sumOf(reference.counts), risk);
  const byOrder = 'classes' in distribution || kolmogorovSmirnov(counts, reference.counts) > limit;
  return { psi, certain: byIndex && bySpread && byOrder };
}

/**
 * How far a report is from the reports before it, beyond what the chance of its single values makes: their stability index, which grows as
 * the square of a shift, over 1 + 1 / reports, since the mean of those before varies, too. So scaled, the distances of the reports of a
 * reference are independent of each other, and of the variance of one report: Brown, Durbin & Evans, "Techniques for Testing the
 * Constancy of Regression Relationships over Time", Journal of the Royal Statistical Society B 37 (1975), there recursive residuals.
 */
function beyondChance({ counts: before, reports }: Reference, counts: readonly number[]): number {
  const beyond = populationStabilityIndex(counts, before) - expectedStabilityIndex(counts, before);
  return Number.isFinite(beyond) ? beyond / (1 + 1 / reports) : 0;
}

/** The distance that reports seldom have which differ as those of the reference did, and in one way: in several they have it less often. */
function spreadLimit({ reports, spread = 0 }: Reference): number {
  const freedom = reports - 1;
  return freedom === 0 ? 0 : Math.max(0, squaredStudentLimit(odd, freedom) * (spread / freedom));
}

function binsOf(distribution: Distribution): string {
  return JSON.stringify('edges' in distribution ? distribution.edges : distribution.classes);
}

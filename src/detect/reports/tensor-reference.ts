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
  /** Sum of what the stability index of each of its reports, against those before it, was beyond chance; {@link beyondChance}. */
  readonly spread: number;
}

/** Probability with which counts of the same distribution exceed the limit of Kolmogorov and Smirnov. */
const risk = 1e-4;
/** So many times what chance makes of the stability index on average does not happen by chance. */
const certainly = 4;
/** Standard deviations of a normal distribution beyond which 1 % lies: a report by itself may be so odd, several in a row are not. */
const odd = 2.576;
/** Standard deviations beyond which 0.1 % lies: of ten first reports the farthest is so odd in 1 % of trainings. */
const oddAmongFirst = 3.291;

/**
 * What these reports of the same bins are usually like. One that certainly is not like all the others is left out: a first batch that is
 * padded, or of a warm-up, would be most of what the reports differ by. As Grubbs, "Sample Criteria for Testing Outlying Observations",
 * Annals of Mathematical Statistics 21 (1950), on distances.
 */
export function referenceOf(reports: readonly Distribution[]): Reference {
  const all = madeOf(reports);
  // Of two nobody knows which one is odd.
  if (reports.length < 3) return all;
  const distances = reports.map(({ counts }) => beyondChance(without(all, counts), counts));
  const at = distances.indexOf(Math.max(...distances));
  const farthest = reports[at];
  const usual = madeOf(reports.toSpliced(at, 1));
  return farthest !== undefined && compare(usual, farthest, oddAmongFirst).certain ? usual : all;
}

/**
 * @returns the population stability index, and whether chance is ruled out: by it, by what reports differ among each other as those of the
 * reference did, beyond so many standard deviations, and, where bins have an order, by Kolmogorov and Smirnov
 */
export function compare(
  reference: Reference,
  distribution: Distribution,
  sigmas = odd,
): { psi: number; certain: boolean } {
  const { counts } = distribution;
  const psi = populationStabilityIndex(counts, reference.counts);
  const byIndex = psi > certainly * expectedStabilityIndex(counts, reference.counts);
  const bySpread = beyondChance(reference, counts) > spreadLimit(reference, sigmas);
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
function spreadLimit({ reports, spread }: Reference, sigmas: number): number {
  const freedom = reports - 1;
  return freedom === 0 ? 0 : Math.max(0, squaredStudentLimit(sigmas, freedom) * (spread / freedom));
}

function madeOf([first, ...later]: readonly Distribution[]): Reference {
  const begun = { bins: first === undefined ? '' : binsOf(first), counts: first?.counts ?? [], reports: 1, spread: 0 };
  return later.reduce<Reference>(
    (before, { counts }) => ({
      ...before,
      counts: before.counts.map((count, at) => count + (counts[at] ?? 0)),
      reports: before.reports + 1,
      spread: before.spread + beyondChance(before, counts),
    }),
    begun,
  );
}

/** The reference as it is but for a report that it holds; its spread is still of all. */
function without(reference: Reference, counts: readonly number[]): Reference {
  return {
    ...reference,
    counts: reference.counts.map((count, at) => count - (counts[at] ?? 0)),
    reports: reference.reports - 1,
  };
}

/** Edges or classes, as text. */
export function binsOf(distribution: Distribution): string {
  return JSON.stringify('edges' in distribution ? distribution.edges : distribution.classes);
}

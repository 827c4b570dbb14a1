import type { Distribution } from '../../runs/index.ts';
import {
  expectedStabilityIndex,
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  populationStabilityIndex,
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
}

/** Probability with which counts of the same distribution exceed the limit of Kolmogorov and Smirnov. */
const risk = 1e-4;
/** So many times what chance makes of the stability index on average does not happen by chance. */
const beyondChance = 4;

/** Takes a report into the reference, or begins a new one: where there is none, the worker names this one, or the bins are others. */
export function extended(former: Reference | undefined, distribution: Distribution, named: boolean): Reference {
  const bins = binsOf(distribution);
  const { counts } = distribution;
  if (named || former?.bins !== bins) return { bins, counts: [...counts], reports: 1, named };
  return {
    ...former,
    counts: former.counts.map((count, at) => count + (counts[at] ?? 0)),
    reports: former.reports + 1,
  };
}

export function isComparable({ bins }: Reference, distribution: Distribution): boolean {
  return bins === binsOf(distribution);
}

/** @returns the population stability index, and whether both it and, where bins have an order, Kolmogorov and Smirnov rule out chance */
export function compare(reference: Reference, distribution: Distribution): { psi: number; certain: boolean } {
  const { counts } = distribution;
  const psi = populationStabilityIndex(counts, reference.counts);
  const byIndex = psi > beyondChance * expectedStabilityIndex(counts, reference.counts);
  const limit = kolmogorovSmirnovLimit(sumOf(counts), sumOf(reference.counts), risk);
  const byOrder = 'classes' in distribution || kolmogorovSmirnov(counts, reference.counts) > limit;
  return { psi, certain: byIndex && byOrder };
}

function binsOf(distribution: Distribution): string {
  return JSON.stringify('edges' in distribution ? distribution.edges : distribution.classes);
}

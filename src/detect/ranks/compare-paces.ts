import { median } from '../../stats/index.ts';
import { quiet, type Verdict } from '../detector.ts';
import type { RankVerdict } from '../group.ts';
import type { ByRank } from './by-rank.ts';
import { Others } from './others.ts';
import type { Pace } from './pace.ts';
import { evidenceOf, type Slow } from './slow-rank.ts';
import type { StepRow } from './step-board.ts';
import { tellingOf, trainingOf, type Work } from './work.ts';

/** Chance that any of the ranks has so many slow steps among its last ones, below which it is none. */
const chance = 1e-4;
/** Own times of a rank from which it is known what is usual for it, though not yet well enough to judge it. */
const leastKnown = 5;
/** Standard deviations by which a rank has to lag behind its peers too: where batches differ some rank is always the last. */
const ofNoise = 2;
/** Standard deviations of a median of n values times the root of n, and a quarter for the level that it is compared with. */
const ofMedian = 1.25 ** 2;
/** Evidence that slow steps recur which is enough: a million to one. */
const recurringEvidence = Math.log(1e6);

interface Options {
  readonly slowdown: number;
  readonly z: number;
  readonly lag: number;
  readonly window: number;
  readonly warmup: number;
  readonly of: number;
  readonly slow: number;
  readonly slight: number;
  readonly drift: number;
  readonly evidence: number;
  readonly critical: number;
}

/** Who is slow, by what ranks that do the same work did in one step and before. */
export function comparePaces(paces: ByRank<Pace>, step: number, told: StepRow<Work>, options: Options): RankVerdict[] {
  const telling = tellingOf(told);
  const row = trainingOf(telling);
  if (row.size === 1 && told.size > 1) return [];
  const warmup = Math.min(options.warmup, options.window);
  const ranks = [...row].map(([rank, work]) => {
    const pace = paces.of(rank);
    const own = Math.log(work.own);
    const usual = pace.usual.median();
    return { rank, pace, work, own, usual, change: own - usual, sigma: pace.sigma };
  });
  // How far ranks stand apart is learnt before it is judged.
  const known = ranks.filter(({ pace }) => pace.usual.size >= leastKnown);
  const changes = Others.of(known.map(({ change }) => change));
  // What all ranks take longer says nothing of one: what is usual is learnt without it.
  const common = known.length > 1 ? median(known.map(({ change }) => change)) : 0;
  const counts = known.length > 0 && ranks.some(({ pace }) => pace.isYoung);
  const typical = counts ? median(known.map(({ sigma }) => sigma)) : 0;
  const shares = Others.of(ranks.map(({ pace }) => pace.slowShare));
  const share = ranks.reduce((sum, { pace }) => sum + pace.slowShare, 0);
  const waiting = ranks.every(({ work }) => work.wait !== null);
  const leastWait = Math.min(...ranks.map(({ work }) => work.wait ?? Infinity));
  const owns = Others.of(ranks.map(({ own }) => own));
  // Among others a rank stands elsewhere.
  if (row.size === telling.size) takeLevels(ranks, step, options);
  return ranks.flatMap(({ rank, pace, work, own, usual, change, sigma }): RankVerdict[] => {
    const { slight, recurring, drift } = pace;
    // Where every rank is slow now and then, so are a few steps of one: that must happen more often than by chance.
    // After few steps the share of the median rank may be none by chance: that of all others counts, by Laplace's rule of succession.
    const steps = pace.marked * (ranks.length - 1);
    const ofAll = pace.isYoung ? ((share - pace.slowShare) * pace.marked + 1) / (steps + 2) : 0;
    const ofPeers = ranks.length > 1 ? Math.max(ofAll, shares.medianWithout(pace.slowShare)) : 0;
    const isKnown = known.length > 1 && pace.usual.size >= leastKnown;
    const comparable = isKnown && pace.usual.size >= warmup;
    const apart = isKnown ? change - changes.medianWithout(change) : 0;
    const noise = pace.isYoung ? Math.max(sigma, typical) : sigma;
    const behind = waiting && ranks.length > 1 ? own - owns.medianWithout(own) : 0;
    const least = waiting && work.wait === leastWait;
    const changed = comparable && apart >= Math.log(options.slowdown) && apart >= options.z * noise;
    const lags = least && behind >= Math.log(options.lag) && behind >= ofNoise * noise;
    const little = Math.log(options.slight);
    if (comparable && !changed) slight.take(step, apart, little, noise, options.evidence);
    if (comparable) recurring.take(step, changed, apart, ofPeers, recurringEvidence);
    const drifts = !changed && !lags && slight.reaches(options.evidence, little);
    pace.mark(step, changed ? apart : lags ? behind : null, options.of);
    // What may be a lag is not learnt as usual before that is known.
    if (!changed && !slight.reaches(options.evidence / 2, -Infinity)) pace.learn(own - common, isKnown ? apart : null);
    const lasts = pace.slowSteps >= options.slow && tail(pace.slowSteps, options.of, ofPeers) * ranks.length < chance;
    const recurs = changed && recurring.reaches(recurringEvidence, little);
    const tell = (verdict: Verdict): RankVerdict[] => (verdict === quiet ? [] : [{ rank, verdict }]);
    const { since, factor } = pace;
    const expected = usual + common;
    let slow: Slow;
    if (recurs && !lasts)
      slow = {
        ...{ factor: recurring.mean, threshold: options.slight, since: recurring.since, isChange: true },
        usual: expected,
        share: recurring.lagShare,
      };
    else if (drift.isFar && !lasts && !drifts)
      slow = {
        ...{ factor: drift.by, threshold: options.drift, since: drift.since, isChange: true },
        usual: expected - drift.by,
      };
    else if (changed) slow = { factor, threshold: options.slowdown, since, isChange: true, usual: expected };
    else if (lags) slow = { factor, threshold: options.lag, since, isChange: false };
    else if (drifts)
      slow = { factor: slight.mean, threshold: options.slight, since: slight.since, isChange: true, usual: expected };
    // Between two lags that recur nothing is over.
    else if (recurring.reaches(recurringEvidence / 2, little)) return [];
    else return tell(pace.episode.calm(step, options.of));
    // A rank that compiles or tunes for the others is slower in its first steps than they are.
    if (pace.usual.size < warmup) return [];
    return drifts || lasts || recurs || drift.isFar
      ? tell(evidenceOf(slow, rank, pace, step, row, options.critical))
      : [];
  });
}

/** Once in a window, where the levels of ranks stand: in one step for all, as they began together. */
function takeLevels(
  ranks: readonly { readonly pace: Pace; readonly usual: number; readonly sigma: number }[],
  step: number,
  { window, drift, z }: Options,
): void {
  const due = ranks.filter(({ pace }) => pace.drift.isDue(window) && pace.usual.size === window);
  if (due.length === 0 || ranks.length === 1) return;
  const levels = Others.of(ranks.map(({ usual }) => usual));
  for (const { pace, usual, sigma } of due) {
    const noise = (ofMedian * sigma) / Math.sqrt(window);
    pace.drift.take(step, usual - levels.medianWithout(usual), ranks.length - 1, Math.log(drift), z, noise);
  }
}

/** The chance of at least so many slow steps among the last ones where each is slow with the chance `share`: the binomial tail. */
function tail(slow: number, of: number, share: number): number {
  let [sum, term] = [0, (1 - share) ** of];
  for (let count = 0; count <= of; count += 1) {
    if (count >= slow) sum += term;
    term *= ((of - count) / (count + 1)) * (share / (1 - share));
  }
  return sum;
}

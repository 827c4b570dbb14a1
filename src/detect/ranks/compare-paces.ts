import { quiet, type Verdict } from '../detector.ts';
import type { RankVerdict } from '../group.ts';
import type { ByRank } from './by-rank.ts';
import { Others } from './others.ts';
import type { Pace } from './pace.ts';
import { evidenceOf, type Slow, type Work } from './slow-rank.ts';
import type { StepRow } from './step-board.ts';

/** Chance that any of the ranks has so many slow steps among its last ones, below which it is none. */
const chance = 1e-4;
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
  readonly evidence: number;
  readonly critical: number;
}

/** Who is slow, by what ranks that do the same work did in one step and before. */
export function comparePaces(paces: ByRank<Pace>, step: number, row: StepRow<Work>, options: Options): RankVerdict[] {
  const warmup = Math.min(options.warmup, options.window);
  const ranks = [...row].map(([rank, work]) => {
    const pace = paces.of(rank);
    const own = Math.log(work.own);
    return { rank, pace, work, own, change: own - pace.usual.median() };
  });
  const ready = ranks.filter(({ pace }) => pace.usual.size >= warmup);
  const changes = Others.of(ready.map(({ change }) => change));
  const shares = Others.of(ranks.map(({ pace }) => pace.slowShare));
  const waiting = ranks.every(({ work }) => work.wait !== null);
  const leastWait = Math.min(...ranks.map(({ work }) => work.wait ?? Infinity));
  const owns = Others.of(ranks.map(({ own }) => own));
  return ranks.flatMap(({ rank, pace, work, own, change }): RankVerdict[] => {
    const { slight, recurring } = pace;
    // Where every rank is slow now and then, so are a few steps of one: that must happen more often than by chance.
    const ofPeers = ranks.length > 1 ? shares.medianWithout(pace.slowShare) : 0;
    const trained = pace.usual.size >= warmup;
    const comparable = trained && ready.length > 1;
    const apart = comparable ? change - changes.medianWithout(change) : 0;
    const behind = waiting && ranks.length > 1 ? own - owns.medianWithout(own) : 0;
    const least = waiting && work.wait === leastWait;
    const changed = apart >= Math.log(options.slowdown) && apart >= options.z * pace.sigma;
    const lags = least && behind >= Math.log(options.lag);
    const little = Math.log(options.slight);
    if (comparable && !changed) slight.take(step, apart, little, pace.sigma, options.evidence);
    if (comparable) recurring.take(step, changed, apart, ofPeers, recurringEvidence);
    const drifts = !changed && !lags && slight.reaches(options.evidence, little);
    pace.mark(step, changed || lags, options.of);
    // What may be a lag is not learnt as usual before that is known.
    if (!changed && !slight.reaches(options.evidence / 2, -Infinity)) pace.learn(own, trained ? apart : null);
    const lasts = pace.slowSteps >= options.slow && tail(pace.slowSteps, options.of, ofPeers) * ranks.length < chance;
    const recurs = changed && recurring.reaches(recurringEvidence, little);
    const tell = (verdict: Verdict): RankVerdict[] => (verdict === quiet ? [] : [{ rank, verdict }]);
    const { since } = pace;
    let slow: Slow;
    if (recurs && !lasts)
      slow = {
        ...{ factor: recurring.mean, threshold: options.slight, since: recurring.since, isChange: true },
        share: recurring.lagShare,
      };
    else if (changed) slow = { factor: apart, threshold: options.slowdown, since, isChange: true };
    else if (lags) slow = { factor: behind, threshold: options.lag, since, isChange: false };
    else if (drifts) slow = { factor: slight.mean, threshold: options.slight, since: slight.since, isChange: true };
    // Between two lags that recur nothing is over.
    else if (recurring.reaches(recurringEvidence / 2, little)) return [];
    else return tell(pace.episode.calm(step, options.of));
    return drifts || lasts || recurs ? tell(evidenceOf(slow, rank, pace, step, row, options.critical)) : [];
  });
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

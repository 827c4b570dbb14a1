import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../src/learn/random.ts';
import { row, type BenchRow } from '../report.ts';
import { f1, share } from './intervals.ts';
import { episodesOf, ours, readIterations, slack, type Iteration, type Job } from './worker-score.ts';

const jobs = 300;
const length = 120;
const sizes = [2, 4, 8, 16, 32, 64] as const;

/** Stretches of real jobs in which no worker was slow, as the times of one worker after the other. */
function healthyParts(data: string): (readonly number[])[][] {
  const path = join(data, 'workers', 'labels.json');
  if (!existsSync(path)) return [];
  const labels = JSON.parse(readFileSync(path, 'utf8')) as { readonly jobs: Readonly<Record<string, Job>> };
  return Object.values(labels.jobs).map(({ file, stragglers }) => {
    const iterations = readIterations(join(data, 'workers', file));
    const isHealthy = ({ number, times }: Iteration): boolean =>
      times.every((time) => time !== null && time > 0) &&
      stragglers.every((each) => number < each.start_iteration || number > each.end_iteration);
    const healthy = iterations.filter(isHealthy);
    return (healthy[0]?.times ?? []).map((_, worker) => healthy.map(({ times }) => times[worker] ?? NaN));
  });
}

/**
 * Jobs of 2 to 64 uneven ranks, made of healthy parts of real ones: each rank has the times of a real worker, faster or slower by a factor
 * of its own, at the iterations of the others. In every second job one rank is slowed down for a while.
 */
export function madeUpStragglers(data: string): BenchRow[] {
  const parts = healthyParts(data).filter((workers) => (workers[0]?.length ?? 0) >= length);
  if (parts.length === 0) return [];
  const slight = [
    [1.05, 1.1],
    [1.1, 1.15],
    [1.15, 1.2],
  ] as const;
  return [...scored(parts, [1.2, 3], true), ...slight.flatMap((factors) => scored(parts, factors, false))];
}

/** @param factors least and most of the slowness */
function scored(
  parts: readonly (readonly (readonly number[])[])[],
  factors: readonly [number, number],
  hasBudget: boolean,
): BenchRow[] {
  let [found, intervals, right, episodes, prompt] = [0, 0, 0, 0, 0];
  for (let seed = 0; seed < jobs; seed += 1) {
    const random = new Random(seed);
    const workers = parts[random.integer(parts.length)] ?? [];
    const ranks = sizes[random.integer(sizes.length)] ?? 2;
    const from = random.integer((workers[0]?.length ?? 0) - length + 1);
    const times = Array.from({ length: ranks }, () => {
      const worker = workers[random.integer(workers.length)] ?? [];
      const pace = Math.exp(0.2 * random.normal());
      return worker.slice(from, from + length).map((time) => time * pace * Math.exp(0.02 * random.normal()));
    });
    const slow = seed % 2 === 0 ? random.integer(ranks) : -1;
    const [first, lasts] = [30 + random.integer(40), 10 + random.integer(31)];
    const factor = factors[0] * (factors[1] / factors[0]) ** random.uniform();
    const isSlow = (worker: number, at: number): boolean => worker === slow && at >= first && at < first + lasts;
    const rule = ours();
    const alarms = Array.from({ length }, (_, at) => at).flatMap((at) =>
      rule({
        number: at,
        times: times.map((own, worker) => (own[at] ?? NaN) * (isSlow(worker, at) ? factor : 1)),
      }).map((worker) => ({ worker, at })),
    );
    const matches = (alarm: { readonly worker: number; readonly at: number }): boolean =>
      alarm.worker === slow && alarm.at >= first && alarm.at < first + lasts + slack;
    const told = episodesOf(alarms);
    episodes += told.length;
    right += told.filter((episode) => episode.some(matches)).length;
    if (slow === -1) continue;
    intervals += 1;
    const alarm = alarms.find(matches);
    if (alarm === undefined) continue;
    found += 1;
    if (alarm.at - first < slack) prompt += 1;
  }
  const [precision, recall, within] = [share(right, episodes), share(found, intervals), share(prompt, intervals)];
  const both = f1(found, intervals, right, episodes);
  const rule = `${factors.join(' to ')} times as slow`;
  const budget = (least: number) => (hasBudget ? least : null);
  const minder = (reached: number) => (hasBudget ? (['Minder, published', reached] as const) : null);
  return [
    row(
      `made-up stragglers, precision: ${rule}`,
      precision.value,
      `share of episodes (${precision.text})`,
      'higher',
      budget(0.904),
      minder(0.904),
    ),
    row(`made-up stragglers, recall: ${rule}`, recall.value, `share of intervals (${recall.text})`, 'higher'),
    row(
      `made-up stragglers, F1: ${rule}`,
      both.value,
      `of precision and recall (${both.text})`,
      'higher',
      budget(0.893),
      minder(0.893),
    ),
    row(
      `made-up stragglers, found within 10 samples: ${rule}`,
      within.value,
      `share of intervals (${within.text})`,
      'higher',
    ),
  ];
}

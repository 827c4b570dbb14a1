import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { straggler } from '../../src/detect/ranks/straggler.ts';
import { row, type BenchRow } from '../report.ts';
import { defaultsOf } from './runs.ts';
import { f1, medianOf, share } from './intervals.ts';

export interface Job {
  readonly file: string;
  readonly stragglers: readonly {
    readonly worker: number;
    readonly start_iteration: number;
    readonly end_iteration: number;
  }[];
}

/** One iteration: its number and the time of every worker, null where it logged none. */
export interface Iteration {
  readonly number: number;
  readonly times: readonly (number | null)[];
}

export interface Alarm {
  readonly worker: number;
  readonly at: number;
}

/** Takes one iteration after the other and names the workers that it calls stragglers. */
export type Rule = (iteration: Iteration) => readonly number[];

/** Iterations by which an alarm may outlast its interval: half of ours looks back ten. */
export const slack = 10;

const rules: readonly { readonly name: string; readonly start: () => Rule }[] = [
  { name: 'gradwatch', start: ours },
  { name: 'NVRx relative score < 0.75', start: nvrxRelative },
  { name: 'NVRx individual score < 0.75', start: nvrxIndividual },
  { name: 'DLRover 2 x median', start: dlrover },
];

/** Stragglers among workers, `data/workers/<job>.csv`: intervals that were found in their time, and workers that were called so wrongly. */
export function workerScore(data: string): BenchRow[] {
  const labels = join(data, 'workers', 'labels.json');
  if (!existsSync(labels)) return [];
  const { jobs } = JSON.parse(readFileSync(labels, 'utf8')) as {
    readonly jobs: Readonly<Record<string, Job>>;
  };
  return rules.flatMap(({ name, start }) => {
    let [intervals, found, episodes, right, quietWorkers, flagged] = [0, 0, 0, 0, 0, 0];
    const delays: number[] = [];
    for (const job of Object.values(jobs)) {
      const iterations = readIterations(join(data, 'workers', job.file));
      const rule = start();
      const alarms = iterations.flatMap((iteration, at) => rule(iteration).map((worker): Alarm => ({ worker, at })));
      const placed = job.stragglers.map((interval) => ({
        worker: interval.worker,
        first: iterations.findIndex(({ number }) => number >= interval.start_iteration),
        last: iterations.findLastIndex(({ number }) => number <= interval.end_iteration),
      }));
      const matches = ({ worker, at }: Alarm) =>
        placed.some((interval) => interval.worker === worker && at >= interval.first && at <= interval.last + slack);
      for (const { worker, first, last } of placed) {
        intervals += 1;
        const alarm = alarms.find((each) => each.worker === worker && each.at >= first && each.at <= last + slack);
        if (alarm === undefined) continue;
        found += 1;
        delays.push(alarm.at - first + 1);
      }
      for (const episode of episodesOf(alarms)) {
        episodes += 1;
        if (episode.some(matches)) right += 1;
      }
      const sick = new Set(placed.map(({ worker }) => worker));
      const workers = iterations[0]?.times.length ?? 0;
      quietWorkers += workers - sick.size;
      flagged += new Set(alarms.filter(({ worker }) => !sick.has(worker)).map(({ worker }) => worker)).size;
    }
    const mine = name === 'gradwatch';
    const [precision, recall, wrong] = [share(right, episodes), share(found, intervals), share(flagged, quietWorkers)];
    const both = f1(found, intervals, right, episodes);
    return [
      row(
        `straggler, precision: ${name}`,
        precision.value,
        `share of episodes (${precision.text})`,
        'higher',
        mine ? 0.904 : null,
      ),
      row(`straggler, recall: ${name}`, recall.value, `share of intervals (${recall.text})`, 'higher'),
      row(
        `straggler, F1: ${name}`,
        both.value,
        `of precision and recall (${both.text})`,
        'higher',
        mine ? 0.893 : null,
        mine ? ['Minder, published', 0.893] : null,
      ),
      row(`straggler, healthy workers flagged: ${name}`, wrong.value, `share of workers (${wrong.text})`, 'lower'),
      row(
        `straggler, longest delay: ${name}`,
        delays.length === 0 ? NaN : Math.max(...delays),
        `samples from the onset (${medianOf(delays).text})`,
        'lower',
        mine ? 10 : null,
      ),
    ];
  });
}

export function readIterations(path: string): Iteration[] {
  const [, ...lines] = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/);
  return lines.map((line) => {
    const [number = '', ...times] = line.split(',');
    return {
      number: Number(number),
      times: times.map((time) => (time === '' ? null : Number(time))),
    };
  });
}

/** Alarms on one worker that lie no further apart than the slack are one episode. */
export function episodesOf(alarms: readonly Alarm[]): Alarm[][] {
  const episodes: Alarm[][] = [];
  const current = new Map<number, Alarm[]>();
  for (const alarm of alarms) {
    const episode = current.get(alarm.worker);
    if (episode !== undefined && alarm.at - (episode.at(-1)?.at ?? 0) <= slack) {
      episode.push(alarm);
    } else {
      const begun = [alarm];
      current.set(alarm.worker, begun);
      episodes.push(begun);
    }
  }
  return episodes;
}

export function ours(): Rule {
  const options = defaultsOf(straggler.options);
  const state = straggler.start(options);
  const slow = new Set<number>();
  return ({ number, times }) => {
    slow.clear();
    times.forEach((time, rank) => {
      if (time === null) return;
      const values = { step_seconds: time };
      const seen = {
        run: 'r',
        rank,
        attempt: 0,
        step: number,
        time: number,
        fresh: values,
        known: values,
      };
      const verdicts = straggler.observe(state, { ...seen, skipped: false, wentBack: false }, options);
      for (const { rank: of, verdict } of verdicts) if (verdict.status === 'evidence') slow.add(of);
    });
    return [...slow];
  };
}

/** Medians over windows of 20 iterations, handed to a score that gives one number a worker; NVRx reports in windows too. */
function windowed(score: (medians: readonly number[], worker: number) => number, limit: number): Rule {
  let window: (readonly (number | null)[])[] = [];
  return ({ times }) => {
    window.push(times);
    if (window.length < 20) return [];
    const medians = times.map((_, worker) =>
      median(window.map((row) => row[worker] ?? NaN).filter((time) => time > 0)),
    );
    window = [];
    return medians.flatMap((_, worker) => (score(medians, worker) < limit ? [worker] : []));
  };
}

/** NVIDIA Resiliency Extension, relative score: the least median of all workers over the own one (nvidia-resiliency-ext reporting.py). */
function nvrxRelative(): Rule {
  return windowed(
    (medians, worker) => Math.min(...medians.filter((each) => each > 0)) / (medians[worker] ?? NaN),
    0.75,
  );
}

/** The same, individual score: the own best median so far over the own one. */
function nvrxIndividual(): Rule {
  const best = new Map<number, number>();
  return windowed((medians, worker) => {
    const own = medians[worker] ?? NaN;
    const least = Math.min(best.get(worker) ?? Infinity, own > 0 ? own : Infinity);
    best.set(worker, least);
    return least / own;
  }, 0.75);
}

/** DLRover: a time above twice the median of all (dlrover rdzv_manager.py). */
function dlrover(): Rule {
  return ({ times }) => {
    const limit = 2 * median(times.filter((time) => time !== null));
    return times.flatMap((time, worker) => (time !== null && time > limit ? [worker] : []));
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return ((sorted[sorted.length >> 1] ?? NaN) + (sorted[(sorted.length - 1) >> 1] ?? NaN)) / 2;
}

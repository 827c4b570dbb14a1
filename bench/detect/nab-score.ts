import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { row, type BenchRow } from '../report.ts';
import { methods, runScalar } from './scalar-run.ts';
import type { LabelledSeries } from './series.ts';

/** Weights of one profile of the benchmark. */
interface Weights {
  readonly tp: number;
  readonly fn: number;
  readonly fp: number;
}

/** Numenta Anomaly Benchmark, config/profiles.json: the weight of a true negative is not used. */
const profiles: Readonly<Record<string, Weights>> = {
  standard: { tp: 1, fn: 1, fp: 0.11 },
  'low FP': { tp: 1, fn: 1, fp: 0.22 },
  'low FN': { tp: 1, fn: 2, fp: 0.11 },
};

/** Resamples of the series for the spread. */
const resamples = 1000;

/**
 * The score of the Numenta Anomaly Benchmark at the detector's own limit, over the series of its corpus that are there (Lavin & Ahmad,
 * "Evaluating Real-time Anomaly Detection Algorithms", arXiv 1510.03336). The published scores are at the threshold that suits each
 * detector best on all of the board.
 */
export class NabScore {
  readonly #series: LabelledSeries[] = [];

  take(series: LabelledSeries): void {
    if (series.corpus === 'nab') this.#series.push(series);
  }

  rows(data: string): BenchRow[] {
    if (this.#series.length === 0) return [];
    const best = bestPublished(data);
    return methods.flatMap((method) => {
      const judged = this.#series.map((series) => ({ series, alarms: runScalar(series, method).openings }));
      return Object.entries(profiles).map(([profile, weights]) => {
        const each = judged.map(({ series, alarms }) => ({
          points: pointsOf(series, alarms, weights),
          windows: series.windows.length,
        }));
        const [low, high] = spread(each, weights);
        const mine = method === 'novelty' && profile === 'standard';
        return row(
          `Numenta benchmark, ${profile}: scalar_anomaly ${method}`,
          scaled(each, weights),
          `of 100 (n ${each.length} series, 95 % ${low.toFixed(1)}-${high.toFixed(1)})`,
          'higher',
          mine ? (best?.[1] ?? null) : null,
          mine ? best : null,
        );
      });
    });
  }
}

interface Points {
  readonly points: number;
  readonly windows: number;
}

/** 0 for silence, 100 for all anomalies at their first row and nothing else. */
function scaled(each: readonly Points[], { tp, fn }: Weights): number {
  let [points, windows] = [0, 0];
  for (const one of each) {
    points += one.points;
    windows += one.windows;
  }
  return (100 * (points + fn * windows)) / (windows * (tp + fn));
}

function pointsOf({ rows, windows }: LabelledSeries, alarms: readonly number[], { tp, fn, fp }: Weights): number {
  const probation = Math.min(Math.floor(0.15 * rows.length), 750);
  const found = new Set<number>();
  let points = 0;
  for (const at of alarms) {
    if (at < probation) continue;
    const inside = windows.findIndex(([first, last]) => at >= first && at <= last);
    const window = windows[inside];
    if (window !== undefined) {
      if (found.has(inside)) continue;
      found.add(inside);
      const [first, last] = window;
      points += (tp * sigmoid(-(last - at + 1) / (last - first + 1))) / sigmoid(-1);
      continue;
    }
    const before = windows.findLast(([, last]) => last < at);
    const distance = before === undefined ? Infinity : (at - before[1]) / (before[1] - before[0]);
    points -= fp * (distance > 3 ? 1 : Math.abs(sigmoid(distance)));
  }
  return points - fn * (windows.length - found.size);
}

function sigmoid(position: number): number {
  return 2 / (1 + Math.exp(5 * position)) - 1;
}

/** The middle 95 % of the scores of resampled series (bootstrap, Efron 1979), the same at every call. */
function spread(each: readonly Points[], weights: Weights): readonly [number, number] {
  let state = 1;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const scores = Array.from({ length: resamples }, () =>
    scaled(
      each.map((_, __, all) => all[Math.floor(random() * all.length)] ?? { points: 0, windows: 0 }),
      weights,
    ),
  ).sort((one, other) => one - other);
  return [scores[Math.floor(0.025 * resamples)] ?? NaN, scores[Math.floor(0.975 * resamples)] ?? NaN];
}

/** The best published detector on the same series, from the leaderboard beside the data. */
function bestPublished(data: string): readonly [string, number] | null {
  const path = join(data, 'leaderboards', 'nab_scores_this_side.csv');
  if (!existsSync(path)) return null;
  const [, first] = readFileSync(path, 'utf8').split(/\r?\n/);
  const [name, score] = (first ?? '').split(',');
  return name === undefined || !(Number(score) > 0) ? null : [name, Number(score)];
}

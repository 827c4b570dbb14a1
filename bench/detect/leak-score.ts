import { memoryLeak } from '../../src/detect/series/memory-leak.ts';
import { defaultsOf } from './runs.ts';
import type { LabelledSeries } from './series.ts';
import { row, type BenchRow } from '../report.ts';
import { f1, medianOf, share } from './intervals.ts';

interface Tally {
  leaks: number;
  found: number;
  alarms: number;
  right: number;
  clean: number;
  cleanFlagged: number;
  readonly delays: number[];
}

/** Rows of an alarm that lie no further apart are one alarm. */
const joined = 60;
const ours = 'gradwatch';
/** The unit of the corpus is percent of the machine's memory. */
const capacity = 100;

/**
 * Leaks in series of memory in use: each labelled window is a leak, and a series of a leaking machine without windows is one as a
 * whole. An alarm counts by where it begins: outside of every leak it is false, and finds none, however long it goes on. Series of class
 * `unclear` count neither way.
 */
export class LeakScore {
  readonly #tallies = new Map<string, Tally>();

  take(series: LabelledSeries): void {
    if (series.corpus !== 'memory_leak' || series.class === 'unclear') return;
    this.#count(ours, series, ourAlarms(series));
    this.#count('predict_linear 1h, full within 24h', series, predictLinear(series));
  }

  rows(): BenchRow[] {
    return [...this.#tallies].flatMap(([name, tally]) => {
      const mine = name === ours;
      const precision = share(tally.right, tally.alarms);
      const recall = share(tally.found, tally.leaks);
      const clean = share(tally.cleanFlagged, tally.clean);
      const both = f1(tally.found, tally.leaks, tally.right, tally.alarms);
      const delay = medianOf(tally.delays);
      return [
        row(
          `memory leak, precision: ${name}`,
          precision.value,
          `share of alarms (${precision.text})`,
          'higher',
          mine ? 1 : null,
        ),
        row(`memory leak, recall: ${name}`, recall.value, `share of leaks (${recall.text})`, 'higher'),
        row(
          `memory leak, F1: ${name}`,
          both.value,
          `of precision and recall (${both.text})`,
          'higher',
          mine ? 0.9 : null,
          mine ? published : null,
        ),
        row(
          `memory leak, clean flagged: ${name}`,
          clean.value,
          `share of series (${clean.text})`,
          'lower',
          mine && tally.clean > 0 ? 0 : null,
        ),
        row(`memory leak, median delay: ${name}`, delay.value, `values after the onset (${delay.text})`, 'lower'),
      ];
    });
  }

  #count(name: string, { class: kind, windows, rows }: LabelledSeries, alarms: readonly number[]): void {
    const tally = this.#tallies.get(name) ?? empty();
    this.#tallies.set(name, tally);
    const leaks = windows.length > 0 ? windows : isLeaking(kind) ? [[0, rows.length - 1] as const] : [];
    const within = (at: number) => leaks.some(([first, last]) => at >= first && at <= last + joined);
    const begun = alarms.filter((at, index) => at - (alarms[index - 1] ?? -Infinity) > joined);
    tally.alarms += begun.length;
    tally.right += begun.filter(within).length;
    tally.leaks += leaks.length;
    for (const [first, last] of leaks) {
      const alarm = begun.find((at) => at >= first && at <= last);
      if (alarm === undefined) continue;
      tally.found += 1;
      tally.delays.push(alarm - first);
    }
    if (leaks.length > 0) return;
    tally.clean += 1;
    if (alarms.length > 0) tally.cleanFlagged += 1;
  }
}

/** The best published result: Precog with change points and max filtration (ansjin/memory_leak_detection). */
const published = ['Precog, other series', 0.857] as const;

function isLeaking(kind: string): boolean {
  return ['leak', 'anomaly', 'anomalous'].includes(kind);
}

function ourAlarms({ rows, file }: LabelledSeries): number[] {
  const options = defaultsOf(memoryLeak.options);
  const state = memoryLeak.start(options);
  const source = { name: file, run: null, rank: null, uuid: null, owner: 'the node' };
  return rows.flatMap(({ time, value }, at) => {
    if (value === null) return [];
    const verdict = memoryLeak.observe(state, { time, value, step: null, capacity }, source, options);
    return verdict.status === 'evidence' ? [at] : [];
  });
}

/** What alerting rules do with Prometheus: a straight line through the last hour reaches the capacity within a day. */
function predictLinear({ rows }: LabelledSeries): number[] {
  const last: { readonly time: number; readonly value: number }[] = [];
  return rows.flatMap(({ time, value }, at) => {
    if (value === null) return [];
    last.push({ time, value });
    while (last.length > 1 && (last[0]?.time ?? time) < time - 3600) last.shift();
    const times = mean(last.map((point) => point.time));
    const values = mean(last.map((point) => point.value));
    let products = 0;
    let squares = 0;
    for (const point of last) {
      products += (point.time - times) * (point.value - values);
      squares += (point.time - times) ** 2;
    }
    const predicted = values + (products / squares) * (time + 86_400 - times);
    return last.length > 30 && predicted >= capacity ? [at] : [];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function empty(): Tally {
  return { leaks: 0, found: 0, alarms: 0, right: 0, clean: 0, cleanFlagged: 0, delays: [] };
}

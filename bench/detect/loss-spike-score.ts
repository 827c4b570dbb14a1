import { lossRules } from './incumbents.ts';
import type { JudgedRun } from './runs.ts';
import { row, type BenchRow } from '../report.ts';
import { f1, rate, share } from './intervals.ts';

/** Steps by which an alarm may miss a label. */
const tolerance = 1;

interface Tally {
  labels: number;
  found: number;
  alarms: number;
  right: number;
  judged: number;
}

const ours = 'gradwatch';

/** Loss spikes point by point, where the labels say that they are known. An info counts as an alarm: it says "spike". */
export class LossSpikeScore {
  readonly #tallies = new Map<string, Tally>();

  take({ label, rows, evidence }: JudgedRun): void {
    const range = label.labelled_steps;
    if (range === undefined || range === null) return;
    const inside = (step: number) => step >= range[0] && step <= range[1];
    const points = rows.flatMap(({ step, values: { loss } }) => (loss === undefined ? [] : [{ step, loss }]));
    const judged = points.filter(({ step }) => inside(step)).length;
    const spikes = label.anomalies.filter(({ kind, start_step: step }) => kind === 'loss_spike' && inside(step));
    const count = (name: string, alarms: readonly number[]) => {
      const near = (step: number) =>
        spikes.some(({ start_step: first, end_step: last }) => step >= first - tolerance && step <= last + tolerance);
      const told = alarms.filter(inside);
      const found = spikes.filter(({ start_step: first, end_step: last }) =>
        alarms.some((step) => step >= first - tolerance && step <= last + tolerance),
      ).length;
      const before = this.#tallies.get(name) ?? { labels: 0, found: 0, alarms: 0, right: 0, judged: 0 };
      this.#tallies.set(name, {
        labels: before.labels + spikes.length,
        found: before.found + found,
        alarms: before.alarms + told.length,
        right: before.right + told.filter(near).length,
        judged: before.judged + judged,
      });
    };
    count(ours, [...(evidence.get('loss_spike') ?? [])]);
    for (const { name, start } of lossRules) {
      const rule = start();
      count(
        name,
        points.filter(({ loss }) => rule(loss)).map(({ step }) => step),
      );
    }
  }

  rows(): BenchRow[] {
    return [...this.#tallies].flatMap(([name, { labels, found, alarms, right, judged }]) => {
      const mine = name === ours;
      const precision = share(right, alarms);
      const recall = share(found, labels);
      const both = f1(found, labels, right, alarms);
      const wrong = rate(alarms - right, judged, 1000);
      return [
        row(`loss spike, precision: ${name}`, precision.value, `share of alarms (${precision.text})`, 'higher'),
        row(`loss spike, recall: ${name}`, recall.value, `share of spikes (${recall.text})`, 'higher'),
        row(
          `loss spike, F1: ${name}`,
          both.value,
          `of precision and recall (${both.text})`,
          'higher',
          mine ? 0.9 : null,
        ),
        row(
          `loss spike, false alarms: ${name}`,
          wrong.value,
          `per 1,000 steps (${wrong.text})`,
          'lower',
          mine ? 1 : null,
        ),
      ];
    });
  }
}

import { evaluationRules } from './evaluation-rules.ts';
import type { JudgedRun } from './runs.ts';
import { row, type BenchRow } from '../report.ts';
import { medianOf, share } from './intervals.ts';

interface Tally {
  sick: number;
  found: number;
  /** Alarms before the best evaluation of a sick run, when nothing was wrong yet. */
  early: number;
  clean: number;
  cleanFlagged: number;
  /** Evaluations from the best one to the alarm. */
  readonly delays: number[];
}

const ours = 'gradwatch';
export const cleanClasses = ['healthy', 'grad_spikes_recovered'];
/** Share of clean runs that may be flagged. */
export const falsePositives = 0.03;

export interface Point {
  readonly step: number;
  readonly validation: number;
  /** NaN where none is known. */
  readonly training: number;
}

/** The evaluations of a run, each with the training loss that was evaluated, else with that of the last step. */
export function evaluationsOf(rows: JudgedRun['rows']): Point[] {
  let loss: number | undefined;
  return rows.flatMap(({ step, values }) => {
    loss = values.evaluated_training_loss ?? values.loss ?? loss;
    const validation = values.validation_loss;
    return validation === undefined ? [] : [{ step, validation, training: loss ?? NaN }];
  });
}

/** Runs of one class (overfit or diverged) that were found by our kind of finding, and clean runs that were called so. */
export class EvaluationScore {
  readonly #kind: string;
  readonly #class: string;
  readonly #recallBudget: number | null;
  readonly #tallies = new Map<string, Tally>();

  constructor(kind: string, classOfRuns: string, recallBudget: number | null) {
    this.#kind = kind;
    this.#class = classOfRuns;
    this.#recallBudget = recallBudget;
  }

  take({ label, rows, evidence }: JudgedRun): void {
    const sick = label.class === this.#class;
    if (!sick && !cleanClasses.includes(label.class)) return;
    const points = evaluationsOf(rows);
    if (points.length === 0) return;
    const start = label.anomalies.find(({ start_step: step }) => sick && step >= 0)?.start_step ?? Infinity;
    const count = (name: string, alarms: readonly number[]) => {
      const tally = this.#tallies.get(name) ?? empty();
      this.#tallies.set(name, tally);
      if (!sick) {
        tally.clean += 1;
        if (alarms.length > 0) tally.cleanFlagged += 1;
        return;
      }
      tally.sick += 1;
      if (alarms.some((step) => step < start)) tally.early += 1;
      const first = alarms.find((step) => step >= start);
      if (first === undefined) return;
      tally.found += 1;
      tally.delays.push(points.filter(({ step }) => step > start && step <= first).length);
    };
    count(ours, [...(evidence.get(this.#kind) ?? [])]);
    if (this.#kind !== 'overfitting') return;
    for (const { name, start: begin } of evaluationRules) {
      const rule = begin();
      count(
        name,
        points.filter(({ validation, training }) => rule(validation, training)).map(({ step }) => step),
      );
    }
  }

  rows(): BenchRow[] {
    return [...this.#tallies].flatMap(([name, tally]) => {
      const mine = name === ours;
      const recall = share(tally.found, tally.sick);
      const early = share(tally.early, tally.sick);
      const clean = share(tally.cleanFlagged, tally.clean);
      const delay = medianOf(tally.delays);
      const measure = (what: string) => `${this.#kind}, ${what}: ${name}`;
      return [
        row(
          measure('recall'),
          recall.value,
          `share of runs (${recall.text})`,
          'higher',
          mine ? this.#recallBudget : null,
        ),
        row(
          measure('clean flagged'),
          clean.value,
          `share of runs (${clean.text})`,
          'lower',
          mine ? falsePositives : null,
        ),
        row(measure('before the best evaluation'), early.value, `share of runs (${early.text})`, 'lower'),
        row(measure('median delay'), delay.value, `evaluations (${delay.text})`, 'lower'),
      ];
    });
  }
}

function empty(): Tally {
  return { sick: 0, found: 0, early: 0, clean: 0, cleanFlagged: 0, delays: [] };
}

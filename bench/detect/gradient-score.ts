import { gradientRules } from './incumbents.ts';
import type { JudgedRun } from './runs.ts';
import { row, type BenchRow } from '../report.ts';
import { medianOf, share } from './intervals.ts';

/** What one rule said of all runs. */
interface Tally {
  exploded: number;
  found: number;
  healthy: number;
  healthyFlagged: number;
  recovered: number;
  recoveredFlagged: number;
  /** Rows between the first row of the explosion and the alarm. */
  readonly delays: number[];
}

const ours = 'gradwatch, critical';
const oursPaging = 'gradwatch, warning or worse';

/** Runs that exploded and were found, and other runs that were called exploded. Runs without a gradient norm are left out. */
export class GradientScore {
  readonly #tallies = new Map<string, Tally>();

  take({ label, rows, alarms }: JudgedRun): void {
    const points = rows.flatMap(({ step, values: { gradient_norm: norm } }) =>
      norm === undefined ? [] : [{ step, norm }],
    );
    const weak = label.anomalies.some((anomaly) => anomaly.weak === true) || label.weak === true;
    if (points.length === 0 || weak) return;
    const steps = points.map(({ step }) => step);
    const start = label.anomalies.find(({ kind }) => kind === 'grad_explosion')?.start_step;

    const ofGradients = alarms.filter(({ kind }) => kind === 'gradient_explosion' || kind === 'non_finite');
    const at = (severities: readonly string[]) =>
      ofGradients.flatMap(({ severity, lastStep }) =>
        severities.includes(severity) && lastStep !== null ? [lastStep] : [],
      );
    this.#count(ours, label.class, steps, start, at(['critical']));
    this.#count(oursPaging, label.class, steps, start, at(['warning', 'critical']));
    for (const { name, start: begin } of gradientRules) {
      const rule = begin();
      this.#count(
        name,
        label.class,
        steps,
        start,
        points.filter(({ norm }) => rule(norm)).map(({ step }) => step),
      );
    }
  }

  rows(): BenchRow[] {
    return [...this.#tallies].flatMap(([name, tally]) => {
      const recall = share(tally.found, tally.exploded);
      const healthy = share(tally.healthyFlagged, tally.healthy);
      const recovered = share(tally.recoveredFlagged, tally.recovered);
      const mine = name === ours;
      const delay = medianOf(tally.delays);
      return [
        row(
          `gradient explosion, recall: ${name}`,
          recall.value,
          `share of runs (${recall.text})`,
          'higher',
          mine ? 1 : null,
        ),
        row(
          `gradient explosion, healthy flagged: ${name}`,
          healthy.value,
          `share of runs (${healthy.text})`,
          'lower',
          mine ? 0.01 : null,
        ),
        row(
          `gradient explosion, recovered flagged: ${name}`,
          recovered.value,
          `share of runs (${recovered.text})`,
          'lower',
        ),
        row(`gradient explosion, median delay: ${name}`, delay.value, `points (${delay.text})`, 'lower'),
      ];
    });
  }

  #count(
    name: string,
    kind: string,
    steps: readonly number[],
    start: number | undefined,
    alarms: readonly number[],
  ): void {
    const tally = this.#tallies.get(name) ?? empty();
    this.#tallies.set(name, tally);
    if (kind === 'grad_explosion' && start !== undefined) {
      tally.exploded += 1;
      const first = alarms.find((step) => step >= start);
      if (first === undefined) return;
      tally.found += 1;
      tally.delays.push(steps.filter((step) => step >= start && step < first).length);
    } else if (kind === 'healthy') {
      tally.healthy += 1;
      if (alarms.length > 0) tally.healthyFlagged += 1;
    } else if (kind === 'grad_spikes_recovered') {
      tally.recovered += 1;
      if (alarms.length > 0) tally.recoveredFlagged += 1;
    }
  }
}

function empty(): Tally {
  return { exploded: 0, found: 0, healthy: 0, healthyFlagged: 0, recovered: 0, recoveredFlagged: 0, delays: [] };
}

import type { Row } from '../../src/replay/index.ts';
import { row, type BenchRow } from '../report.ts';
import { judge, type JudgedRun } from './runs.ts';
import { share } from './intervals.ts';

/** Norms before the onset with which a recording begins; infinite is the whole run. */
const befores = [2, 3, 5, 8, 12, 15, 30, Infinity] as const;
/** Excerpts of a run that did not explode, each of so many norms. */
const excerpts = 10;
const excerptLength = 60;
/** A norm so many times the median of those before the onset has jumped. */
const jump = 100;

interface Tally {
  runs: number;
  found: number;
  prompt: number;
  longest: number;
}

/**
 * Explosions of runs that are recorded from a few norms before their onset on, as after a restart of the worker or of the exporter, and
 * runs without one that are recorded from anywhere on.
 */
export class ColdStartScore {
  readonly #exploding = new Map<number, Tally>();
  readonly #others = new Map<string, { runs: number; flagged: number }>();

  take(run: JudgedRun): void {
    const { label } = run;
    if (label.weak === true || label.anomalies.some((anomaly) => anomaly.weak === true)) return;
    const rows = run.rows.filter(({ values }) => values.gradient_norm !== undefined);
    const start = label.anomalies.find(({ kind }) => kind === 'grad_explosion')?.start_step;
    const onset = rows.findIndex(({ step }) => start !== undefined && step >= start);
    if (label.class === 'grad_explosion' && onset > 0) this.#cut(run, rows, onset);
    else if (label.class === 'healthy' || label.class === 'grad_spikes_recovered') this.#excerpts(run, rows);
  }

  rows(): BenchRow[] {
    const what = 'gradient explosion from a cold start';
    return [
      ...[...this.#exploding].flatMap(([before, { runs, found, prompt, longest }]) => {
        const [recall, soon] = [share(found, runs), share(prompt, runs)];
        const rule = `${before === Infinity ? 'all' : before} norms before the onset`;
        const isEnough = before >= 3;
        return [
          row(`${what}, recall: ${rule}`, recall.value, `share (${recall.text})`, 'higher', isEnough ? 1 : null),
          row(
            `${what}, found at the jump or the norm after: ${rule}`,
            soon.value,
            `share (${soon.text}; longest ${longest})`,
            'higher',
            isEnough ? 1 : null,
          ),
        ];
      }),
      ...[...this.#others].map(([name, { runs, flagged }]) => {
        const part = share(flagged, runs);
        return row(`${what}, called exploding: ${name}`, part.value, `share (${part.text})`, 'lower', 0.01);
      }),
    ];
  }

  #cut({ corpus, label }: JudgedRun, rows: readonly Row[], onset: number): void {
    const usual =
      rows
        .slice(0, onset)
        .map(normOf)
        .toSorted((one, other) => one - other)[onset >> 1] ?? NaN;
    const jumped = rows.findIndex((each, at) => at >= onset && !(normOf(each) < jump * usual));
    for (const before of befores) {
      if (before > onset && before !== Infinity) continue;
      const tally = this.#exploding.get(before) ?? { runs: 0, found: 0, prompt: 0, longest: 0 };
      this.#exploding.set(before, tally);
      tally.runs += 1;
      const alarm = criticalStep(judge(corpus, label, rows.slice(Math.max(0, onset - before))));
      const at = rows.findIndex(({ step }) => alarm !== undefined && step >= alarm);
      if (at === -1) continue;
      tally.found += 1;
      if (at <= jumped + 1) tally.prompt += 1;
      tally.longest = Math.max(tally.longest, at - jumped);
    }
  }

  #excerpts({ corpus, label }: JudgedRun, rows: readonly Row[]): void {
    if (rows.length === 0) return;
    const name = label.class === 'healthy' ? 'excerpts of healthy runs' : 'excerpts of recovered runs';
    const tally = this.#others.get(name) ?? { runs: 0, flagged: 0 };
    this.#others.set(name, tally);
    for (let part = 0; part < excerpts; part += 1) {
      const from = Math.floor((rows.length * part) / excerpts);
      tally.runs += 1;
      if (criticalStep(judge(corpus, label, rows.slice(from, from + excerptLength))) !== undefined) tally.flagged += 1;
    }
  }
}

function normOf({ values }: Row): number {
  return values.gradient_norm ?? NaN;
}

function criticalStep({ alarms }: JudgedRun): number | undefined {
  const kinds = ['gradient_explosion', 'non_finite'];
  return alarms.find(({ kind, severity }) => kinds.includes(kind) && severity === 'critical')?.lastStep ?? undefined;
}

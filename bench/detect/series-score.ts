import { row, type BenchRow } from '../report.ts';
import { methods, runScalar } from './scalar-run.ts';
import type { LabelledSeries } from './series.ts';
import { vusPr } from './vus-pr.ts';
import { meanOf, rate, share } from './intervals.ts';

/** Rows by which an opening may miss an anomaly. */
const tolerance = 2;

/** The best methods of TSB-AD on its 23 series of the benchmark, which are others than these (leaderboard of TSB-AD-U). */
const published: Readonly<Record<string, readonly [string, number]>> = {
  nab: ['POLY, the 23 series of TSB-AD', 0.484],
};

/** Anomalies in labelled series of any metric, found by each method of scalar_anomaly, without the weights of a benchmark. */
export class SeriesScore {
  readonly #corpora = new Map<string, LabelledSeries[]>();

  /** Takes the corpora of which the classes say where there is no anomaly. */
  take(series: LabelledSeries): void {
    if (series.corpus === 'memory_leak') return;
    const list = this.#corpora.get(series.corpus) ?? [];
    this.#corpora.set(series.corpus, [...list, series]);
  }

  rows(): BenchRow[] {
    return [...this.#corpora].flatMap(([corpus, list]) =>
      methods.flatMap((method) => {
        const name = (what: string) => `${corpus}, ${what}: scalar_anomaly ${method}`;
        const judged = list.map((series) => ({ series, ...runScalar(series, method) }));
        const areas = judged.map(({ series, scores }) => vusPr(scores, series.windows)).filter((area) => area >= 0);
        let [openings, right, values, clean, cleanFlagged, cleanOpenings, cleanValues] = [0, 0, 0, 0, 0, 0, 0];
        for (const { series, openings: told } of judged) {
          const near = (at: number) =>
            series.windows.some(([first, last]) => at >= first - tolerance && at <= last + tolerance);
          openings += told.length;
          right += told.filter(near).length;
          values += series.rows.length;
          if (series.class !== 'no_anomaly') continue;
          clean += 1;
          cleanFlagged += told.length > 0 ? 1 : 0;
          cleanOpenings += told.length;
          cleanValues += series.rows.length;
        }
        const precision = share(right, openings);
        const area = meanOf(areas);
        const wrong = rate(openings - right, values, 1000);
        const cleanWrong = rate(cleanOpenings, cleanValues, 1000);
        const flagged = share(cleanFlagged, clean);
        const mine = method === 'novelty';
        return [
          row(
            name('VUS-PR'),
            area.value,
            `mean of series (${area.text})`,
            'higher',
            null,
            mine ? (published[corpus] ?? null) : null,
          ),
          row(name('precision'), precision.value, `share of findings (${precision.text})`, 'higher'),
          row(name('false alarms'), wrong.value, `per 1,000 values (${wrong.text})`, 'lower'),
          row(name('series without anomaly flagged'), flagged.value, `share of series (${flagged.text})`, 'lower'),
          row(
            name('series without anomaly, false alarms'),
            cleanWrong.value,
            `per 1,000 values (${cleanWrong.text})`,
            'lower',
          ),
        ];
      }),
    );
  }
}

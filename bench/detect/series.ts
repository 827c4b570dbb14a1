import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A labelled series: `series/<corpus>/labels.json` names it, a CSV beside it holds its values. */
export interface LabelledSeries {
  readonly corpus: string;
  readonly file: string;
  readonly class: string;
  /** Rows of each anomaly, both included, the first data row being 0. */
  readonly windows: readonly (readonly [number, number])[];
  /** The values in the order of the source; null where none was recorded. Times are Unix seconds, NaN where there is none. */
  readonly rows: readonly SeriesRow[];
}

export interface SeriesRow {
  readonly time: number;
  readonly value: number | null;
}

interface Labels {
  readonly series: Readonly<
    Record<string, { readonly class: string; readonly window_rows?: readonly (readonly [number, number])[] }>
  >;
}

/** Every labelled series below `data/series`, one after the other. */
export function* labelledSeries(data: string): Generator<LabelledSeries> {
  const root = join(data, 'series');
  if (!existsSync(root)) return;
  for (const corpus of readdirSync(root).sort()) {
    const labels = join(root, corpus, 'labels.json');
    if (!existsSync(labels)) continue;
    const { series } = JSON.parse(readFileSync(labels, 'utf8')) as Labels;
    for (const [file, label] of Object.entries(series)) {
      const rows = readRows(join(root, corpus, file));
      yield { corpus, file, class: label.class, windows: label.window_rows ?? [], rows };
    }
  }
}

function readRows(path: string): SeriesRow[] {
  const [, ...lines] = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/);
  return lines.map((line) => {
    const [stamp = '', value = ''] = line.split(',');
    return { time: Date.parse(`${stamp.replace(' ', 'T')}Z`) / 1000, value: value === '' ? null : Number(value) };
  });
}

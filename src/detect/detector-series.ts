import type { RankIdentity } from '../runs/index.ts';
import type { Metric, Row, SeriesGroup, SeriesTable } from '../series/index.ts';
import type { Output } from './detector.ts';

interface Family {
  /** Short names of the metrics that have the same labels. */
  readonly names: readonly string[];
  readonly group: SeriesGroup<string, string>;
}

/** The series of one detector, of all ranks. */
export class DetectorSeries {
  readonly #families: readonly Family[];

  constructor(table: SeriesTable, metrics: Readonly<Record<string, Metric>>) {
    const byLabels = new Map<string, Map<string, Metric>>();
    for (const [name, metric] of Object.entries(metrics)) {
      const key = metric.labels.join();
      const family = byLabels.get(key) ?? new Map<string, Metric>();
      byLabels.set(key, family.set(name, metric));
    }
    this.#families = [...byLabels].map(([labels, family]) => ({
      names: [...family.keys()],
      group: table.group<string, string>(labels.split(','), Object.fromEntries(family)),
    }));
  }

  /** The series of one rank; nothing is in the table before something is set. */
  of(identity: RankIdentity): RankSeries {
    return this.#families.length === 0 ? noSeries : new RankSeries(this.#families, identity);
  }
}

export class RankSeries {
  readonly #identity: RankIdentity;
  readonly #families: readonly Family[];
  /** Null until something is set: of most ranks most detectors have nothing to show. */
  #rows: Map<Family, { readonly labels: Labels; readonly row: Row<string> }> | null = null;

  constructor(families: readonly Family[], identity: RankIdentity) {
    this.#families = families;
    this.#identity = identity;
  }

  readonly set: Output = (name, value, labels = none) => {
    const family = this.#families.find(({ names }) => names.includes(name));
    if (family === undefined) return;
    let held = this.#rows?.get(family);
    if (held !== undefined && held.labels !== labels) {
      held.row.remove();
      held = undefined;
    }
    if (held === undefined) {
      if (value === undefined) return;
      const { run, rank } = this.#identity;
      held = { labels, row: family.group.row({ run, rank: String(rank), ...labels }) };
      this.#rows ??= new Map();
      this.#rows.set(family, held);
    }
    if (value === undefined) held.row.clear(name);
    else held.row.set(name, value);
  };

  remove(): void {
    for (const { row } of this.#rows?.values() ?? []) row.remove();
    this.#rows = null;
  }
}

/** Of the detectors that fill none: most of them, for every rank. */
const noSeries = new RankSeries([], { run: '', rank: 0 });

type Labels = Readonly<Record<string, string>>;
const none: Labels = {};

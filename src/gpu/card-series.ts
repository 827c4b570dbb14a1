import type { Metric, Row as SeriesRow, SeriesGroup, SeriesTable } from '../series/index.ts';
import type { ReadingField } from './field.ts';
import { readingFields } from './fields.ts';
import { cardMetrics, type FamilyKey, type GpuState } from './metrics.ts';

const families: Readonly<Record<string, Metric>> = cardMetrics;

/** The series of all cards: a group of the table for each set of labels. */
export class CardGroups {
  readonly #byFamily = new Map<string, SeriesGroup<string, string>>();

  constructor(table: SeriesTable) {
    const byLabels = new Map<string, [string, Metric][]>();
    for (const entry of Object.entries(families)) {
      const labels = ownLabels(entry[1]).join();
      byLabels.set(labels, [...(byLabels.get(labels) ?? []), entry]);
    }
    for (const [labels, members] of byLabels) {
      const group = table.group<string, string>(labels.split(','), Object.fromEntries(members));
      for (const [family] of members) this.#byFamily.set(family, group);
    }
  }

  /** The row of a card in the group of a family. */
  row(family: string, uuid: string, gpu: string, labels: readonly string[]): SeriesRow<string> {
    const group = this.#byFamily.get(family);
    const metric = families[family];
    if (group === undefined || metric === undefined) throw new Error(`there is no family ${family}`);
    const values = [uuid, gpu, ...labels];
    return group.row(Object.fromEntries(ownLabels(metric).map((label, at) => [label, values[at] ?? ''])));
  }
}

/** The series of one card. */
export class CardSeries {
  readonly #groups: CardGroups;
  readonly #uuid: string;
  readonly #gpu: string;
  readonly #rows = new Set<SeriesRow<string>>();
  readonly #cells = readingFields.map((field): Cell => ({ field, row: null, value: undefined }));
  readonly #main: SeriesRow<string>;

  constructor(groups: CardGroups, uuid: string, gpu: string) {
    this.#groups = groups;
    this.#uuid = uuid;
    this.#gpu = gpu;
    this.#main = this.#row('state', []);
  }

  setState(state: GpuState): void {
    this.#main.setState('state', state);
  }

  /**
   * Shows these readings, by the id of their field, and no others. Most of them stay what they were, and cost nothing.
   * @param extra what another source adds
   */
  show(values: ReadonlyMap<string, number>, extra: ReadonlyMap<string, number>): void {
    for (const cell of this.#cells) {
      const { field } = cell;
      const value = values.get(field.id) ?? extra.get(field.id);
      if (cell.value === value) continue;
      cell.value = value;
      // A card has no series for what it never told.
      cell.row ??= this.#row(field.family, field.labels);
      put(cell.row, field, value);
    }
  }

  /** What is shown of a field that has no labels of its own; null where it has no series. */
  reading(family: FamilyKey): number | null {
    return this.#cells.find(({ field }) => field.id === family)?.value ?? null;
  }

  remove(): void {
    for (const row of this.#rows) row.remove();
  }

  #row(family: string, labels: readonly string[]): SeriesRow<string> {
    const row = this.#groups.row(family, this.#uuid, this.#gpu, labels);
    this.#rows.add(row);
    return row;
  }
}

interface Cell {
  readonly field: ReadingField;
  row: SeriesRow<string> | null;
  value: number | undefined;
}

function put(row: SeriesRow<string>, { family }: ReadingField, value: number | undefined): void {
  const { states } = families[family] ?? {};
  if (value === undefined) row.clear(family);
  else if (states === undefined) row.set(family, value);
  else row.setState(family, states[value] ?? 'other');
}

function ownLabels({ type, labels }: Metric): readonly string[] {
  return type === 'states' ? labels.filter((label) => label !== 'state') : labels;
}

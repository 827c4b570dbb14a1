import type { Row as SeriesRow, SeriesGroup, SeriesTable } from '../series/index.ts';
import { factMetrics, type FactKey, type TextKey } from './metrics.ts';

type Groups = ReadonlyMap<FactKey, SeriesGroup<string, string>>;

/** The groups of the table for the facts of all cards. */
export function factGroups(table: SeriesTable): Groups {
  const keys = Object.keys(factMetrics) as FactKey[];
  return new Map(
    keys.map((key) => [key, table.group<string, string>(factMetrics[key].labels, { [key]: factMetrics[key] })]),
  );
}

/** What the texts of one card say: join metrics. They stay as last told until the card is removed. */
export class CardFacts {
  readonly #groups: Groups;
  readonly #identity: Readonly<Record<'uuid' | 'gpu', string>>;
  readonly #texts = new Map<TextKey, string>();
  readonly #rows = new Map<FactKey, SeriesRow<string>>();

  constructor(groups: Groups, uuid: string, gpu: string) {
    this.#groups = groups;
    this.#identity = { uuid, gpu };
  }

  tell(texts: ReadonlyMap<TextKey, string>): void {
    const news = new Set([...texts].filter(([key, text]) => this.#texts.get(key) !== text).map(([key]) => key));
    if (news.size === 0) return;
    for (const [key, text] of texts) this.#texts.set(key, text);
    for (const [key, group] of this.#groups) {
      const labels = factMetrics[key].labels.filter((label) => label !== 'uuid' && label !== 'gpu');
      if (!labels.some((label) => news.has(label))) continue;
      this.#rows.get(key)?.remove();
      const row = group.row({
        ...this.#identity,
        ...Object.fromEntries(labels.map((label) => [label, this.#texts.get(label) ?? ''])),
      });
      row.set(key, 1);
      this.#rows.set(key, row);
    }
  }

  remove(): void {
    for (const row of this.#rows.values()) row.remove();
  }
}

import { readLabelBlock, type GroupSnapshot, type SeriesTable } from '../../series/index.ts';
import type { ReadableName } from './readable.ts';

/** One series at a moment. Of a metric of states there is the series of the state that holds, with the label `state`. */
export interface Sample {
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** What tells which cards there are; it is always read. */
export const card = {
  state: 'gradwatch_gpu_state',
  info: 'gradwatch_gpu_info',
} as const satisfies Record<string, ReadableName>;

/** Samples by the name of their metric, and of one card. */
export class SampleIndex {
  readonly #byName: ReadonlyMap<string, readonly Sample[]>;
  readonly #byCard = new Map<string, ReadonlyMap<string, readonly Sample[]>>();

  constructor(byName: ReadonlyMap<string, readonly Sample[]>) {
    this.#byName = byName;
  }

  of(name: string): readonly Sample[] {
    return this.#byName.get(name) ?? none;
  }

  /** @param key the uuid of the card, or its label `gpu` where it has none */
  ofCard(name: string, key: string): readonly Sample[] {
    let cards = this.#byCard.get(name);
    if (cards === undefined) {
      cards = byCard(this.of(name));
      this.#byCard.set(name, cards);
    }
    return cards.get(key) ?? none;
  }
}

const none: readonly Sample[] = [];

function byCard(samples: readonly Sample[]): ReadonlyMap<string, readonly Sample[]> {
  const cards = new Map<string, Sample[]>();
  for (const sample of samples) {
    const uuid = sample.labels.get('uuid') ?? '';
    const key = uuid === '' ? (sample.labels.get('gpu') ?? '') : uuid;
    const own = cards.get(key);
    if (own === undefined) cards.set(key, [sample]);
    else own.push(sample);
  }
  return cards;
}

/** Label blocks that are known by heart; a node has a few thousand of them. */
const mostBlocks = 50_000;

/** Reads the wanted metrics out of the table. */
export class SampleReader {
  readonly #wanted: ReadonlySet<string>;
  readonly #labels = new Map<string, ReadonlyMap<string, string>>();

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  read(table: SeriesTable): SampleIndex {
    const byName = new Map<string, Sample[]>();
    if (this.#labels.size > mostBlocks) this.#labels.clear();
    for (const group of table.snapshot(({ name }) => this.#wanted.has(name))) this.#take(group, byName);
    return new SampleIndex(byName);
  }

  #take({ columns, labels, values, present }: GroupSnapshot, byName: Map<string, Sample[]>): void {
    let place = 0;
    for (let column = 0; column < columns.length; column += 1) {
      const metric = columns[column]?.metric;
      place = columns[column - 1]?.metric === metric ? place + 1 : 0;
      if (metric === undefined || !this.#wanted.has(metric.name)) continue;
      const samples = byName.get(metric.name) ?? [];
      byName.set(metric.name, samples);
      const state = metric.states?.[place];
      for (let row = 0; row < labels.length; row += 1) {
        const at = row * columns.length + column;
        const value = values[at] ?? NaN;
        if (present[at] !== 1 || (state !== undefined && value !== 1)) continue;
        samples.push({ labels: this.#read(labels[row] ?? '', state), value });
      }
    }
  }

  /** @param state that holds, of a metric of states */
  #read(block: string, state: string | undefined): ReadonlyMap<string, string> {
    const key = state === undefined ? block : `${block}${state}`;
    let labels = this.#labels.get(key);
    if (labels === undefined) {
      labels = new Map([...readLabelBlock(block), ...(state === undefined ? [] : ([['state', state]] as const))]);
      this.#labels.set(key, labels);
    }
    return labels;
  }
}

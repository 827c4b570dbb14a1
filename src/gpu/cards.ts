import type { Row as SeriesRow, SeriesGroup, SeriesTable } from '../series/index.ts';
import type { GpuAddresses, GpuIdentity } from './addresses.ts';
import { CardFacts, factGroups } from './card-facts.ts';
import { CardGroups, CardSeries } from './card-series.ts';
import { worse, type Dropped } from './cell.ts';
import { deviceMetrics, droppedMetrics, infoMetrics, type GpuState } from './metrics.ts';
import type { GpuReport } from './gpu-report.ts';
import type { Row } from './row.ts';
import { mostRows, type Sample } from './sample.ts';

/** A GPU that was seen, for as long as the exporter runs: a lost one keeps its identity. */
interface Card {
  /** Empty as long as the card has not told it. */
  readonly uuid: string;
  /** Label `gpu`: the index at which the uuid was first seen, or the bus id of a card that never told an index. */
  readonly label: string;
  readonly series: CardSeries;
  readonly facts: CardFacts;
  info: SeriesRow<'info'> | null;
  /** What is shown: of the two below the worse, or that neither is known by now. */
  state: GpuState;
  /** What its last row said. */
  row: Row;
  /** That row is not too old. */
  heard: boolean;
  /** What `-q -x` adds to its rows. */
  extra: Extra;
  /** Samples in a row in which it was not. */
  missed: number;
  index: number | null;
  bus: string | null;
  name: string;
  driver: string;
}

/** What a slower source says of a card beyond its rows. */
interface Extra {
  readonly state: GpuState;
  /** Only what its rows do not offer, so that every series has one source. */
  readonly values: ReadonlyMap<string, number>;
}

/** A single missing row may be one into which the driver printed a warning, so that it could not be read. */
const samplesUntilLost = 2;

/** The state table: who the GPUs of this node are, and their series. */
export class Cards {
  readonly #cards = new Set<Card>();
  readonly #groups: CardGroups;
  readonly #facts: ReturnType<typeof factGroups>;
  readonly #infos: SeriesGroup<'info', 'uuid' | 'gpu' | 'name' | 'driver' | 'pci_bus'>;
  readonly #dropped: SeriesGroup<'dropped', 'field' | 'reason'>;
  readonly #devices: SeriesRow<keyof typeof deviceMetrics>;
  readonly #configured: number | null;
  readonly #addresses: GpuAddresses;
  /** Whether rows come from the loop; else the documents of `-q -x` have to do. */
  fed = false;
  /** What `-q -x` said last: it may come before the first row of a card. */
  #supplement: readonly Row[] = [];
  #most = 0;

  /**
   * @param configured how many GPUs the node should have; null: the most that were ever listed
   * @param addresses kept up to date with who sits where
   */
  constructor(table: SeriesTable, configured: number | null, addresses: GpuAddresses = new Map()) {
    this.#groups = new CardGroups(table);
    this.#facts = factGroups(table);
    this.#infos = table.group(['uuid', 'gpu', 'name', 'driver', 'pci_bus'], infoMetrics);
    this.#dropped = table.group(['field', 'reason'], droppedMetrics);
    this.#devices = table.group([], deviceMetrics).row({});
    this.#devices.set('unreadable', 0);
    this.#configured = configured;
    this.#addresses = addresses;
  }

  /** Takes a complete sample. A known card that is not in it has no readings; one that is missing again is lost. */
  take(sample: Sample): void {
    const present = new Set<Card>();
    for (const [position, row] of sample.rows.entries()) {
      const named = isNameless(row) ? nameByPosition(row, position, sample) : row;
      const card = this.#find(named) ?? this.#admit(named);
      if (card === undefined) {
        this.unreadable();
        continue;
      }
      present.add(card);
      this.#update(card, named);
    }
    for (const card of this.#cards) if (!present.has(card)) this.#miss(card);
    this.#admitLost(sample.unreachable);
    this.#count(Math.max(sample.rows.length, ...sample.rows.map((row) => row.count ?? 0)));
  }

  /**
   * Takes what `-q -x` says of the GPUs: of each it shows what its rows do not offer. Where no loop runs it is taken as a sample.
   */
  supplement(sample: Sample): void {
    if (!this.fed) {
      this.take(sample);
      return;
    }
    this.#supplement = sample.rows;
    const told = new Map<Card, Row>();
    for (const row of sample.rows) {
      const card = this.#find(row);
      if (card !== undefined) told.set(card, row);
    }
    for (const card of this.#cards) {
      const row = told.get(card);
      card.extra = row === undefined ? nothingMore : this.#extra(card, row);
      this.#show(card);
    }
  }

  /** Forgets what `-q -x` said, which is too old. */
  expireSupplement(): void {
    if (!this.fed) this.expire();
    this.#supplement = [];
    for (const card of this.#cards) {
      card.extra = nothingMore;
      this.#show(card);
    }
  }

  /** Every card as its series have it now, in the order in which they were first seen. */
  get reports(): readonly GpuReport[] {
    return [...this.#cards].map(({ label, uuid, name, state, series }) => ({
      ...{ gpu: label, uuid, name, state },
      utilization: series.reading('utilization'),
      memoryUsed: series.reading('memoryUsed'),
      memoryTotal: series.reading('memoryTotal'),
      temperature: series.reading('temperature'),
      power: series.reading('power'),
    }));
  }

  get everSeen(): boolean {
    return this.#cards.size > 0;
  }

  /** Who the card of a row is; null when it was not seen before. */
  identify(row: Row): GpuIdentity | null {
    const card = this.#find(row);
    return card === undefined ? null : { uuid: card.uuid, gpu: card.label };
  }

  /** The driver lists no GPU at all: those that were there are lost. */
  none(): void {
    for (const card of this.#cards) this.#lose(card);
    this.#count(0);
  }

  /** GPUs that have no handle, while the others cannot be asked. */
  lost(unreachable: readonly string[]): void {
    if (unreachable.length === 0) return;
    this.#admitLost(unreachable);
    this.#count(this.#cards.size);
  }

  /** A row that could not be used. */
  unreadable(): void {
    this.#devices.add('unreadable');
  }

  /** Counts figures that were dropped. */
  dropped(figures: readonly Dropped[]): void {
    for (const { field, reason } of figures) this.#dropped.row({ field, reason }).add('dropped');
  }

  /** Clears all readings. Identity stays, and so does a state other than ok: a card that was lost is not well because nobody can say. */
  expire(): void {
    for (const card of this.#cards) {
      card.heard = false;
      card.row = { ...card.row, values: nothing };
      this.#show(card);
    }
    this.#devices.clear('seen');
  }

  #count(listed: number): void {
    this.#most = Math.max(this.#most, Math.min(listed, mostRows), this.#cards.size);
    this.#devices.set('seen', [...this.#cards].filter(({ state }) => state !== 'lost').length);
    this.#devices.set('expected', this.#configured ?? this.#most);
  }

  /** A card may be lost before it was ever seen: then its bus id is all that is known. */
  #admitLost(buses: readonly string[]): void {
    for (const bus of buses) {
      const row = { ...nobody, bus };
      const card = this.#find(row) ?? this.#admit(row);
      if (card !== undefined) this.#update(card, { ...row, state: 'lost' });
    }
  }

  /** The card that a row names: by uuid where it has one, else by where it was seen. */
  #find({ uuid, bus, index }: Row): Card | undefined {
    const cards = [...this.#cards];
    if (uuid !== null) return cards.find((card) => card.uuid === uuid);
    return (
      (bus === null ? undefined : cards.find((card) => card.bus === bus)) ??
      (index === null ? undefined : cards.find((card) => card.index === index && (bus === null || card.bus === null)))
    );
  }

  #admit(row: Row): Card | undefined {
    if (isNameless(row)) return undefined;
    // Whoever sat in this slot was replaced, or is the same card that could not tell its name before.
    for (const card of this.#cards) {
      const sameSlot = row.bus !== null && card.bus === row.bus;
      const sameIndex = card.uuid === '' && row.index !== null && card.index === row.index;
      if (sameSlot || sameIndex) this.#drop(card);
    }
    if (this.#cards.size >= mostRows) return undefined;
    const [uuid, label] = [row.uuid ?? '', row.index === null ? (row.bus ?? '') : String(row.index)];
    const card: Card = {
      uuid,
      label,
      series: new CardSeries(this.#groups, uuid, label),
      facts: new CardFacts(this.#facts, uuid, label),
      info: null,
      state: row.state,
      row,
      heard: true,
      extra: nothingMore,
      missed: 0,
      index: row.index,
      bus: row.bus,
      name: '',
      driver: '',
    };
    this.#cards.add(card);
    const told = this.#supplement.find((other) => this.#find(other) === card);
    if (told !== undefined) card.extra = this.#extra(card, told);
    return card;
  }

  #update(card: Card, row: Row): void {
    // A card that is well again: what -q -x said of it before is over.
    if (row.state === 'ok' && card.row.state !== 'ok') card.extra = nothingMore;
    card.row = row;
    card.heard = true;
    card.missed = 0;
    card.index = row.index ?? card.index;
    this.#show(card);
    card.facts.tell(row.texts);
    this.dropped(row.dropped);
    this.#describe(card, row);
  }

  #extra(card: Card, row: Row): Extra {
    const { offers } = card.row;
    card.facts.tell(new Map([...row.texts].filter(([key]) => !offers.has(key))));
    const lacking = new Map([...row.values].filter(([id]) => !offers.has(id)));
    this.dropped(row.dropped);
    return { state: row.state, values: lacking };
  }

  #show(card: Card): void {
    const { row, extra, series, missed, heard } = card;
    card.state = missed >= samplesUntilLost ? 'lost' : worse(row.state, extra.state);
    if (card.state === 'ok' && !heard && extra === nothingMore) card.state = 'unknown';
    series.setState(card.state);
    if (card.state === 'lost' || missed > 0) series.show(nothing, nothing);
    else series.show(row.values, extra.values);
  }

  /** What the card is may be told late, or change with a new driver. */
  #describe(card: Card, row: Row): void {
    const [bus, name, driver] = [row.bus ?? card.bus, row.name ?? card.name, row.driver ?? card.driver];
    if (card.info !== null && bus === card.bus && name === card.name && driver === card.driver) return;
    this.#leaveAddress(card);
    Object.assign(card, { bus, name, driver });
    if (bus !== null) this.#addresses.set(bus, { uuid: card.uuid, gpu: card.label });
    card.info?.remove();
    card.info = this.#infos.row({ uuid: card.uuid, gpu: card.label, name, driver, pci_bus: bus ?? '' });
    card.info.set('info', 1);
  }

  #miss(card: Card): void {
    card.missed += 1;
    if (card.missed >= samplesUntilLost) this.#lose(card);
    else this.#show(card);
  }

  #lose(card: Card): void {
    card.row = { ...card.row, state: 'lost', values: nothing };
    card.extra = nothingMore;
    this.#show(card);
  }

  #leaveAddress({ bus, uuid, label }: Card): void {
    const here = bus === null ? undefined : this.#addresses.get(bus);
    if (bus !== null && here?.uuid === uuid && here.gpu === label) this.#addresses.delete(bus);
  }

  #drop(card: Card): void {
    this.#cards.delete(card);
    this.#leaveAddress(card);
    card.series.remove();
    card.facts.remove();
    card.info?.remove();
  }
}

const nothing: ReadonlyMap<string, number> = new Map();

const nothingMore: Extra = { state: 'ok', values: nothing };

const nobody: Row = {
  index: null,
  uuid: null,
  bus: null,
  name: null,
  driver: null,
  count: null,
  state: 'ok',
  offers: new Set(),
  values: nothing,
  texts: new Map(),
  dropped: [],
};

function isNameless({ uuid, bus, index }: Row): boolean {
  return uuid === null && bus === null && index === null;
}

/**
 * Rows come in the order in which GPUs were asked for, else of their indices: as long as none is missing, the place tells who a row is
 * that names nobody.
 */
function nameByPosition(row: Row, position: number, { rows, asked }: Sample): Row {
  if (rows.length !== (asked?.length ?? row.count)) return row;
  return asked === null ? { ...row, index: position } : { ...row, bus: asked[position] ?? null };
}

import type { Row as SeriesRow, SeriesGroup, SeriesTable } from '../series/index.ts';
import type { GpuAddresses, GpuIdentity } from './addresses.ts';
import { CardFacts, factGroups } from './card-facts.ts';
import { CardGroups, CardSeries } from './card-series.ts';
import { worse } from './cell.ts';
import type { GpuReport } from './gpu-report.ts';
import { infoMetrics, type GpuState } from './metrics.ts';
import type { Row } from './row.ts';

/** Where the cards of a node write. */
export class CardTable {
  readonly series: CardGroups;
  readonly facts: ReturnType<typeof factGroups>;
  readonly infos: SeriesGroup<'info', 'uuid' | 'gpu' | 'name' | 'driver' | 'pci_bus'>;
  /** Kept up to date with who sits where. */
  readonly addresses: GpuAddresses;

  constructor(table: SeriesTable, addresses: GpuAddresses) {
    this.series = new CardGroups(table);
    this.facts = factGroups(table);
    this.infos = table.group(['uuid', 'gpu', 'name', 'driver', 'pci_bus'], infoMetrics);
    this.addresses = addresses;
  }
}

/** What a slower source says of a card beyond its rows. */
interface Extra {
  readonly state: GpuState;
  /** Only what its rows do not tell, so that every series has one source. */
  readonly values: Map<string, number>;
}

const nothing: ReadonlyMap<string, number> = new Map();
const nothingMore: Extra = { state: 'ok', values: new Map() };

/** A single missing row may be one into which the driver printed a warning, so that it could not be read. */
const samplesUntilLost = 2;

/** A GPU that was seen, for as long as the exporter runs: a lost one keeps its identity. */
export class Card {
  /** Empty as long as the card has not told it. */
  readonly uuid: string;
  /** Label `gpu`, for good; see {@link Cards}. */
  readonly label: string;
  index: number | null;
  bus: string | null;
  readonly #table: CardTable;
  readonly #series: CardSeries;
  readonly #facts: CardFacts;
  #info: SeriesRow<'info'> | null = null;
  #state: GpuState;
  /** What its last row said. */
  #row: Row;
  /** That row is not too old. */
  #heard = true;
  /** `-q -x` has told of it, after the last row where that is too old. */
  #told = false;
  /** What `-q -x` adds to its rows. */
  #extra: Extra = nothingMore;
  /** Ids of what its rows have told since `-q -x` told of it. */
  #recent: Set<string>;
  /** Samples in a row in which it was not. */
  #missed = 0;
  #name = '';
  #driver = '';

  constructor(table: CardTable, row: Row, label: string) {
    this.uuid = row.uuid ?? '';
    this.label = label;
    this.index = row.index;
    this.bus = row.bus;
    this.#table = table;
    this.#series = new CardSeries(table.series, this.uuid, this.label);
    this.#facts = new CardFacts(table.facts, this.uuid, this.label);
    this.#state = row.state;
    this.#row = row;
    this.#recent = new Set(row.values.keys());
  }

  /** What is shown: of its rows and of what `-q -x` adds the worse, or that neither is known by now. */
  get state(): GpuState {
    return this.#state;
  }

  get identity(): GpuIdentity {
    return { uuid: this.uuid, gpu: this.label };
  }

  /** The card as its series have it now. */
  get report(): GpuReport {
    const series = this.#series;
    return {
      ...{ gpu: this.label, uuid: this.uuid, name: this.#name, state: this.#state },
      utilization: series.reading('utilization'),
      memoryUsed: series.reading('memoryUsed'),
      memoryTotal: series.reading('memoryTotal'),
      temperature: series.reading('temperature'),
      power: series.reading('power'),
    };
  }

  hear(row: Row): void {
    // A card that is well again: what -q -x said of it before is over.
    if (row.state === 'ok' && this.#row.state !== 'ok') this.#extra = nothingMore;
    if (row.state !== 'ok') this.#dropOffered();
    for (const id of row.values.keys()) {
      this.#recent.add(id);
      this.#extra.values.delete(id);
    }
    this.#row = row;
    this.#heard = true;
    this.#missed = 0;
    this.index = row.index ?? this.index;
    this.#show();
    this.#facts.tell(row.texts);
    this.#describe(row);
  }

  /** Takes what `-q -x` says of it; null: nothing. */
  supplement(row: Row | null): void {
    this.#told = row !== null;
    if (row === null) this.#extra = nothingMore;
    else {
      const { offers, state } = this.#row;
      this.#facts.tell(new Map([...row.texts].filter(([key]) => !offers.has(key))));
      // A driver may have a column for what it tells only here. What rows told a moment ago stays theirs, for this may be older.
      const theirs = this.#heard && worse(state, row.state) === 'ok' ? this.#recent : offers;
      this.#extra = { state: row.state, values: new Map([...row.values].filter(([id]) => !theirs.has(id))) };
      this.#recent = new Set(this.#row.values.keys());
    }
    this.#show();
  }

  /** It was not in a sample: its readings go, and when it is missing again it is lost. */
  miss(): void {
    this.#missed += 1;
    if (this.#missed >= samplesUntilLost) this.lose();
    else this.#show();
  }

  lose(): void {
    this.#row = { ...this.#row, state: 'lost', values: nothing };
    this.#extra = nothingMore;
    this.#show();
  }

  /** Clears its readings, which are too old. A state other than ok stays: a card that was lost is not well because nobody can say. */
  expire(): void {
    this.#heard = false;
    this.#told = false;
    this.#dropOffered();
    this.#row = { ...this.#row, values: nothing };
    this.#show();
  }

  remove(): void {
    this.#leaveAddress();
    this.#series.remove();
    this.#facts.remove();
    this.#info?.remove();
  }

  /** Of what `-q -x` said only that stays for which its rows have no column. */
  #dropOffered(): void {
    for (const id of this.#row.offers) this.#extra.values.delete(id);
  }

  #show(): void {
    const { values, state } = this.#row;
    this.#state = this.#missed >= samplesUntilLost ? 'lost' : worse(state, this.#extra.state);
    if (this.#state === 'ok' && !this.#heard && !this.#told) this.#state = 'unknown';
    this.#series.setState(this.#state);
    if (this.#state === 'lost' || this.#missed > 0) this.#series.show(nothing, nothing);
    else this.#series.show(values, this.#extra.values);
  }

  /** What the card is may be told late, or change with a new driver. */
  #describe(row: Row): void {
    const [bus, name, driver] = [row.bus ?? this.bus, row.name ?? this.#name, row.driver ?? this.#driver];
    if (this.#info !== null && bus === this.bus && name === this.#name && driver === this.#driver) return;
    this.#leaveAddress();
    [this.bus, this.#name, this.#driver] = [bus, name, driver];
    if (bus !== null) this.#table.addresses.set(bus, this.identity);
    this.#info?.remove();
    this.#info = this.#table.infos.row({ ...this.identity, name, driver, pci_bus: bus ?? '' });
    this.#info.set('info', 1);
  }

  #leaveAddress(): void {
    const { addresses } = this.#table;
    const here = this.bus === null ? undefined : addresses.get(this.bus);
    if (this.bus !== null && here?.uuid === this.uuid && here.gpu === this.label) addresses.delete(this.bus);
  }
}

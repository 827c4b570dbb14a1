import type { Logger } from '../collect/index.ts';
import type { Row as SeriesRow, SeriesGroup, SeriesTable } from '../series/index.ts';
import type { GpuAddresses, GpuIdentity } from './addresses.ts';
import { CardNews } from './card-news.ts';
import { Card, CardTable } from './card.ts';
import type { Dropped } from './cell.ts';
import { agreedCount, mostGpus } from './gpu-count.ts';
import type { GpuReport } from './gpu-report.ts';
import { deviceMetrics, droppedMetrics } from './metrics.ts';
import type { FailureReason } from './outcome.ts';
import { isNameless, named, nobody } from './row-identity.ts';
import type { Row } from './row.ts';
import type { Sample } from './sample.ts';

/** The state table: who the GPUs of this node are, and their series. */
export class Cards {
  readonly #cards = new Set<Card>();
  readonly #table: CardTable;
  readonly #dropped: SeriesGroup<'dropped', 'field' | 'reason'>;
  readonly #devices: SeriesRow<keyof typeof deviceMetrics>;
  readonly #configured: number | null;
  /** Whether rows come from the loop; else the documents of `-q -x` have to do. */
  fed = false;
  /** What `-q -x` said last: it may come before the first row of a card. */
  #supplement: readonly Row[] = [];
  #most = 0;
  #news: CardNews | null = null;

  /**
   * @param configured how many GPUs the node should have; null: the most that were ever listed
   * @param addresses kept up to date with who sits where
   */
  constructor(table: SeriesTable, configured: number | null, addresses: GpuAddresses = new Map()) {
    this.#table = new CardTable(table, addresses);
    this.#dropped = table.group(['field', 'reason'], droppedMetrics);
    this.#devices = table.group([], deviceMetrics).row({});
    this.#devices.set('unreadable', 0);
    this.#configured = configured;
  }

  /** Whose log tells of cards that are lost, and back. The first one that is named is told, for all collectors. */
  tellTo(logger: Logger): void {
    this.#news ??= new CardNews(logger);
  }

  /** Takes a complete sample. A known card that is not in it has no readings; one that is missing again is lost. */
  take(sample: Sample): void {
    const present = new Set<Card>();
    for (const [position, row] of sample.rows.entries()) {
      const own = named(row, position, sample);
      const known = this.#find(own);
      // A second row of the same card is that of another that tells the same UUID: which is which cannot be told.
      const card = known !== undefined && present.has(known) ? undefined : this.#hear(own);
      if (card === undefined) this.unreadable();
      else present.add(card);
    }
    for (const card of this.#cards) if (!present.has(card)) card.miss();
    this.#admitLost(sample.unreachable);
    this.#count(Math.max(sample.rows.length, agreedCount(sample.rows) ?? 0));
  }

  /**
   * Takes what `-q -x` says of the GPUs: of each it shows what its rows do not tell. Where no loop runs it is taken as a sample.
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
    for (const card of this.#cards) this.#add(card, told.get(card) ?? null);
  }

  /** Forgets what `-q -x` said, which is too old. */
  expireSupplement(): void {
    if (!this.fed) this.expire();
    this.#supplement = [];
    for (const card of this.#cards) card.supplement(null);
  }

  /** Every card as its series have it now, in the order in which they were first seen. */
  get reports(): readonly GpuReport[] {
    return [...this.#cards].map(({ report }) => report);
  }

  get everSeen(): boolean {
    return this.#cards.size > 0;
  }

  /** Who the card of a row is, or will be when a sample tells of it. */
  identify(row: Row): GpuIdentity {
    return this.#find(row)?.identity ?? { uuid: row.uuid ?? '', gpu: this.#freeLabel(row) };
  }

  /** The driver lists no GPU at all: those that were there are lost. */
  none(): void {
    for (const card of this.#cards) card.lose();
    this.#count(0);
  }

  /** GPUs that have no handle, while the others cannot be asked, or there are none: nvidia-smi may not say which one it is. */
  lost(unreachable: readonly string[], reason: FailureReason): void {
    if (unreachable.length === 0 && reason !== 'device_unreachable') return;
    this.#admitLost(unreachable);
    this.#count(Math.max(1, this.#cards.size));
  }

  /** A row that could not be used. */
  unreadable(): void {
    this.#devices.add('unreadable');
  }

  /** Counts figures that were dropped. */
  dropped(figures: readonly Dropped[]): void {
    for (const { field, reason } of figures) this.#dropped.row({ field, reason }).add('dropped');
  }

  /** Clears all readings. Identity stays, and so does a state other than ok, and that none is seen. */
  expire(): void {
    for (const card of this.#cards) card.expire();
    if ([...this.#cards].some(({ state }) => state !== 'lost')) this.#devices.clear('seen');
  }

  #count(listed: number): void {
    this.#most = Math.max(this.#most, listed, this.#cards.size);
    this.#devices.set('seen', [...this.#cards].filter(({ state }) => state !== 'lost').length);
    this.#devices.set('expected', this.#configured ?? this.#most);
    this.#news?.look(this.#cards, listed > 0);
  }

  /** A card may be lost before it was ever seen: then its bus id is all that is known. */
  #admitLost(buses: readonly string[]): void {
    for (const bus of buses) this.#hear({ ...nobody, bus, state: 'lost' });
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

  /** The card that a row tells of; undefined where the row names none, or there are too many. */
  #hear(row: Row): Card | undefined {
    const card = this.#find(row) ?? this.#admit(row);
    if (card === undefined) return undefined;
    card.hear(row);
    this.dropped(row.dropped);
    return card;
  }

  #admit(row: Row): Card | undefined {
    if (isNameless(row)) return undefined;
    for (const card of this.#cards) {
      if (!isReplaced(card, row)) continue;
      this.#cards.delete(card);
      card.remove();
    }
    if (this.#cards.size >= mostGpus) return undefined;
    const card = new Card(this.#table, row, this.#freeLabel(row));
    this.#cards.add(card);
    const told = this.#supplement.find((other) => this.#find(other) === card);
    if (told !== undefined) this.#add(card, told);
    return card;
  }

  /**
   * The label `gpu` of a new card: its index, where no other card has it. nvidia-smi counts only the GPUs that it reaches, so that the
   * index of one that comes back may be the label of another, which moved up; then it is its bus id.
   */
  #freeLabel(row: Row): string {
    const { index, bus, uuid } = row;
    const taken = new Set([...this.#cards].filter((card) => !isReplaced(card, row)).map(({ label }) => label));
    const names = [index === null ? null : String(index), bus, uuid].filter((name) => name !== null);
    return names.find((name) => !taken.has(name)) ?? '';
  }

  #add(card: Card, told: Row | null): void {
    card.supplement(told);
    if (told !== null) this.dropped(told.dropped);
  }
}

/** Whether the card sat in the slot of a new one, or is the same that could not tell its name before. */
function isReplaced(card: Card, { bus, index }: Row): boolean {
  const sameSlot = bus !== null && card.bus === bus;
  const sameIndex = card.uuid === '' && index !== null && card.index === index;
  return sameSlot || sameIndex;
}

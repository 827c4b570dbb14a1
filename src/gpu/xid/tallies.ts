import * as v from 'valibot';
import type { Row, SeriesGroup, SeriesTable } from '../../series/index.ts';
import type { GpuAddresses, GpuIdentity } from '../addresses.ts';
import { adviceFor, operatorCodes } from './catalogue.ts';
import type { DriverEvent } from './events.ts';
import { xidErrorMetrics, xidInfoMetrics } from './metrics.ts';
import { savedSwitches, SwitchTallies } from './switch-tallies.ts';
import { code, count, mostTallies, time } from './tally.ts';

type Key = keyof typeof xidErrorMetrics;

/** A GPU, by its uuid; one that has not told it, by its address. */
interface Card {
  readonly uuid: string;
  gpu: string;
  /** Where it sits, or sat before a restart; empty once another one sits there. */
  bus: string;
  /** By code. */
  readonly tallies: Map<number, Row<Key>>;
}

/** The counts that are not 0, as they outlive the exporter. */
export const savedTallies = v.object({
  gpus: v.array(
    v.object({
      bus: v.string(),
      uuid: v.string(),
      gpu: v.string(),
      code,
      errors: count,
      last: v.nullable(time),
    }),
  ),
  switches: savedSwitches,
});
export type SavedTallies = v.InferInput<typeof savedTallies>;

/** How long it is waited for nvidia-smi to say who sits where, in seconds. */
const patience = 60;

/**
 * How often each code was seen on each GPU, as series: one for each card and code, wherever the card sits and however it is numbered.
 *
 * While the exporter is down cards may be exchanged. So after a restart nobody sits anywhere until nvidia-smi says so, and what is
 * counted before is of the address, as that of any card that is not known yet. A card that nvidia-smi does not name, for it fell off
 * the bus or nothing asks, sits where it sat, unless another one does.
 */
export class Tallies {
  readonly #addresses: GpuAddresses;
  readonly #errors: SeriesGroup<Key, 'uuid' | 'gpu' | 'xid'>;
  readonly #infos: SeriesGroup<'info', 'xid' | 'class' | 'action'>;
  readonly #switches: SwitchTallies;
  /** By uuid, or by address while there is none. */
  readonly #cards = new Map<string, Card>();
  /** Who sits at an address, or sat there last. */
  readonly #seats = new Map<string, Card>();
  /** Who sat at an address before a restart, as long as nobody said who does now. */
  readonly #former = new Map<string, Card>();
  #moves = 0;
  /** Unix time until which nvidia-smi may say that. */
  #patienceEnds: number | null = null;

  constructor(table: SeriesTable, addresses: GpuAddresses) {
    this.#addresses = addresses;
    this.#errors = table.group(['uuid', 'gpu', 'xid'], xidErrorMetrics);
    this.#infos = table.group(['xid', 'class', 'action'], xidInfoMetrics);
    this.#switches = new SwitchTallies(table);
  }

  /** How often it became known that a card sits elsewhere or has another number: what is saved says so too. */
  get moves(): number {
    return this.#moves;
  }

  /**
   * Takes up what the collector `gpu` has learnt: names GPUs that were addresses, and gives each its codes at zero.
   * @param now Unix time in seconds
   */
  identify(now: number): void {
    let isTold = false;
    for (const [bus, identity] of this.#addresses) {
      if (identity.uuid === '') continue;
      isTold = true;
      const card = this.#seat(bus, identity);
      for (const code of operatorCodes) this.#tally(card, code);
    }
    this.#patienceEnds ??= now + patience;
    // All that nvidia-smi lists are named at once.
    if (isTold || now >= this.#patienceEnds) for (const [bus, card] of [...this.#former]) this.#seat(bus, card);
  }

  /** @returns false when it is beyond the number of series that are kept */
  count(event: DriverEvent, time: number | null): boolean {
    if (event.kind === 'sxid') return this.#switches.count(event, time);
    const tally = this.#tally(this.#cardAt(event.bus), event.code);
    if (tally === null) return false;
    add(tally, 1, time);
    return true;
  }

  save(): SavedTallies {
    const gpus = [...this.#cards.values()].flatMap(({ uuid, gpu, bus, tallies }) =>
      [...tallies].map(([code, row]) => {
        return { bus, code, uuid, gpu, errors: row.get('errors') ?? 0, last: row.get('last') ?? null };
      }),
    );
    return { gpus: gpus.filter(({ errors }) => errors > 0), switches: this.#switches.save() };
  }

  /** Takes the counts of before a restart back, before anything is counted. */
  restore({ gpus, switches }: SavedTallies): void {
    for (const { bus, code, uuid, gpu, errors, last } of onceEach(gpus)) {
      const card = uuid === '' ? this.#seat(bus, { uuid, gpu }) : this.#card(bus, { uuid, gpu });
      if (uuid !== '' && bus !== '') this.#former.set(bus, card);
      const tally = this.#tally(card, code);
      if (tally !== null) add(tally, errors, last);
    }
    this.#switches.restore(switches);
  }

  #cardAt(bus: string): Card {
    const identity = this.#addresses.get(bus);
    if (identity !== undefined && identity.uuid !== '') return this.#seat(bus, identity);
    return this.#seats.get(bus) ?? this.#seat(bus, { uuid: '', gpu: bus });
  }

  /** The card of this identity; a new one sits at this address, or sat there. */
  #card(bus: string, { uuid, gpu }: GpuIdentity): Card {
    const key = uuid === '' ? bus : uuid;
    const card = this.#cards.get(key) ?? { uuid, gpu, bus, tallies: new Map<number, Row<Key>>() };
    this.#cards.set(key, card);
    this.#relabel(card, gpu);
    return card;
  }

  /** The card of this identity, which sits at this address now. */
  #seat(bus: string, identity: GpuIdentity): Card {
    const card = this.#card(bus, identity);
    if (card.uuid !== '') this.#forgetFormer(bus, card);
    const before = this.#seats.get(bus);
    if (before === card) return card;
    this.#moves += 1;
    if (before?.uuid === '') this.#merge(before, card);
    else if (before !== undefined) before.bus = '';
    if (this.#seats.get(card.bus) === card) this.#seats.delete(card.bus);
    card.bus = bus;
    if (bus !== '') this.#seats.set(bus, card);
    return card;
  }

  /** It is known who sits at this address, and where this card sits. */
  #forgetFormer(bus: string, card: Card): void {
    const former = this.#former.get(bus);
    if (former !== undefined && former !== card) former.bus = '';
    this.#former.delete(bus);
    if (this.#former.get(card.bus) === card) this.#former.delete(card.bus);
  }

  #relabel(card: Card, gpu: string): void {
    if (card.gpu === gpu) return;
    this.#moves += 1;
    card.gpu = gpu;
    for (const [code, old] of [...card.tallies]) this.#move(old, card, code);
  }

  /** What was counted at an address is of the card that turned out to sit there. */
  #merge(nameless: Card, card: Card): void {
    this.#cards.delete(nameless.bus);
    for (const [code, old] of nameless.tallies) this.#move(old, card, code);
  }

  #move(old: Row<Key>, card: Card, code: number): void {
    const [errors, last] = [old.get('errors') ?? 0, old.get('last') ?? null];
    old.remove();
    if (card.tallies.get(code) === old) card.tallies.delete(code);
    const tally = this.#tally(card, code);
    if (tally !== null) add(tally, errors, last);
  }

  /** Null when it is beyond the number of series that are kept. */
  #tally({ uuid, gpu, tallies }: Card, code: number): Row<Key> | null {
    const known = tallies.get(code);
    if (known !== undefined) return known;
    if (this.#errors.size >= mostTallies) return null;
    const row = this.#errors.row({ uuid, gpu, xid: String(code) });
    row.set('errors', 0);
    tallies.set(code, row);
    this.#infos.row({ xid: String(code), ...adviceFor(code) }).set('info', 1);
    return row;
  }
}

function add(tally: Row<Key>, errors: number, time: number | null): void {
  tally.add('errors', errors);
  if (time !== null) tally.set('last', Math.max(time, tally.get('last') ?? 0));
}

/** State directories of before have one count again for each address that the card has had. */
function onceEach(gpus: SavedTallies['gpus']): SavedTallies['gpus'] {
  const counts = new Map<string, SavedTallies['gpus'][number]>();
  for (const saved of gpus) {
    const key = `${saved.uuid === '' ? saved.bus : saved.uuid} ${saved.gpu} ${saved.code}`;
    counts.delete(key);
    counts.set(key, saved);
  }
  return [...counts.values()];
}

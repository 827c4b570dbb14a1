import type { Row, SeriesGroup, SeriesTable } from '../../series/index.ts';
import type { GpuAddresses, GpuIdentity } from '../addresses.ts';
import { adviceFor, operatorCodes } from './catalogue.ts';
import type { DriverEvent } from './events.ts';
import { sxidMetrics, xidErrorMetrics, xidInfoMetrics } from './metrics.ts';

type Key = keyof typeof xidErrorMetrics;

interface Tally {
  readonly bus: string;
  readonly code: number;
  identity: GpuIdentity;
  row: Row<Key>;
}

/** The drivers of today know fewer than 200 codes, and a node has at most 16 GPUs. */
export const mostTallies = 4096;

/** How often each code was seen on each GPU, as series. */
export class Tallies {
  readonly #addresses: GpuAddresses;
  readonly #errors: SeriesGroup<Key, 'uuid' | 'gpu' | 'xid'>;
  readonly #infos: SeriesGroup<'info', 'xid' | 'class' | 'action'>;
  readonly #switches: SeriesGroup<'errors', 'pci_bus' | 'sxid' | 'severity'>;
  /** By address and code. */
  readonly #tallies = new Map<string, Tally>();
  /** Those that wait for the collector `gpu` to know who sits at their address. */
  readonly #unknown = new Set<Tally>();
  readonly #seenSwitches = new Set<string>();
  /** The uuids that have their codes at zero. */
  readonly #prepared = new Set<string>();

  constructor(table: SeriesTable, addresses: GpuAddresses) {
    this.#addresses = addresses;
    this.#errors = table.group(['uuid', 'gpu', 'xid'], xidErrorMetrics);
    this.#infos = table.group(['xid', 'class', 'action'], xidInfoMetrics);
    this.#switches = table.group(['pci_bus', 'sxid', 'severity'], sxidMetrics);
  }

  /** Takes up what the collector `gpu` has learnt: names GPUs that were addresses, and gives each its codes at zero. */
  identify(): void {
    for (const tally of this.#unknown) {
      const identity = this.#addresses.get(tally.bus);
      if (identity !== undefined) this.#rename(tally, identity);
    }
    for (const [bus, { uuid }] of this.#addresses) {
      if (uuid === '' || this.#prepared.has(uuid)) continue;
      this.#prepared.add(uuid);
      for (const code of operatorCodes) this.#tally(bus, code);
    }
  }

  /** @returns false when it is beyond the number of series that are kept */
  count(event: DriverEvent, time: number | null): boolean {
    if (event.kind === 'sxid') {
      const key = `${event.bus} ${event.code} ${event.severity}`;
      if (!this.#seenSwitches.has(key) && this.#seenSwitches.size >= mostTallies) return false;
      this.#seenSwitches.add(key);
      const labels = { pci_bus: event.bus, sxid: String(event.code), severity: event.severity };
      this.#switches.row(labels).add('errors');
      return true;
    }
    const tally = this.#tally(event.bus, event.code);
    if (tally === null) return false;
    tally.row.add('errors');
    if (time !== null) tally.row.set('last', Math.max(time, tally.row.get('last') ?? 0));
    return true;
  }

  #tally(bus: string, code: number): Tally | null {
    const key = `${bus} ${code}`;
    const identity = this.#addresses.get(bus) ?? { uuid: '', gpu: bus };
    const known = this.#tallies.get(key);
    // What a card did that was replaced since stays its own.
    const replaced = known !== undefined && known.identity.uuid !== '' && known.identity.uuid !== identity.uuid;
    if (known !== undefined && (!replaced || identity.uuid === '')) return known;
    if (this.#errors.size >= mostTallies) return null;
    const tally = { bus, code, identity, row: this.#row(identity, code) };
    if (tally.row.get('errors') === undefined) tally.row.set('errors', 0);
    this.#tallies.set(key, tally);
    if (identity.uuid === '') this.#unknown.add(tally);
    this.#infos.row({ xid: String(code), ...adviceFor(code) }).set('info', 1);
    return tally;
  }

  #row({ uuid, gpu }: GpuIdentity, code: number): Row<Key> {
    return this.#errors.row({ uuid, gpu, xid: String(code) });
  }

  #rename(tally: Tally, identity: GpuIdentity): void {
    if (identity.uuid !== '') this.#unknown.delete(tally);
    if (identity.uuid === tally.identity.uuid && identity.gpu === tally.identity.gpu) return;
    const [old, row] = [tally.row, this.#row(identity, tally.code)];
    row.add('errors', old.get('errors') ?? 0);
    const last = Math.max(old.get('last') ?? 0, row.get('last') ?? 0);
    if (last > 0) row.set('last', last);
    old.remove();
    Object.assign(tally, { identity, row });
  }
}

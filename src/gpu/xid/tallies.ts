import * as v from 'valibot';
import type { Row, SeriesGroup, SeriesTable } from '../../series/index.ts';
import type { GpuAddresses, GpuIdentity } from '../addresses.ts';
import { adviceFor, operatorCodes } from './catalogue.ts';
import type { DriverEvent } from './events.ts';
import { xidErrorMetrics, xidInfoMetrics } from './metrics.ts';
import { savedSwitches, SwitchTallies } from './switch-tallies.ts';
import { code, count, mostTallies, time } from './tally.ts';

type Key = keyof typeof xidErrorMetrics;

interface Tally {
  readonly bus: string;
  readonly code: number;
  identity: GpuIdentity;
  row: Row<Key>;
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

/** How often each code was seen on each GPU, as series. */
export class Tallies {
  readonly #addresses: GpuAddresses;
  readonly #errors: SeriesGroup<Key, 'uuid' | 'gpu' | 'xid'>;
  readonly #infos: SeriesGroup<'info', 'xid' | 'class' | 'action'>;
  readonly #switches: SwitchTallies;
  /** By address and code. */
  readonly #tallies = new Map<string, Tally>();
  /** Those that wait for the collector `gpu` to know who sits at their address. */
  readonly #unknown = new Set<Tally>();
  /** Those of cards that were replaced since. */
  readonly #retired: Tally[] = [];
  /** The uuids that have their codes at zero. */
  readonly #prepared = new Set<string>();

  constructor(table: SeriesTable, addresses: GpuAddresses) {
    this.#addresses = addresses;
    this.#errors = table.group(['uuid', 'gpu', 'xid'], xidErrorMetrics);
    this.#infos = table.group(['xid', 'class', 'action'], xidInfoMetrics);
    this.#switches = new SwitchTallies(table);
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
    if (event.kind === 'sxid') return this.#switches.count(event, time);
    const tally = this.#tally(event.bus, event.code);
    if (tally === null) return false;
    tally.row.add('errors');
    if (time !== null) tally.row.set('last', Math.max(time, tally.row.get('last') ?? 0));
    return true;
  }

  save(): SavedTallies {
    const gpus = [...this.#retired, ...this.#tallies.values()].map(({ bus, code, identity, row }) => {
      return { bus, code, ...identity, errors: row.get('errors') ?? 0, last: row.get('last') ?? null };
    });
    return { gpus: gpus.filter(({ errors }) => errors > 0), switches: this.#switches.save() };
  }

  /** Takes the counts of before a restart back, before anything is counted. */
  restore({ gpus, switches }: SavedTallies): void {
    for (const { bus, code, uuid, gpu, errors, last } of gpus) {
      const tally = this.#begin(bus, code, { uuid, gpu });
      tally?.row.add('errors', errors);
      if (last !== null) tally?.row.set('last', last);
    }
    this.#switches.restore(switches);
  }

  #tally(bus: string, code: number): Tally | null {
    const identity = this.#addresses.get(bus) ?? { uuid: '', gpu: bus };
    const known = this.#tallies.get(keyOf(bus, code));
    // What a card did that was replaced since stays its own.
    const replaced = known !== undefined && known.identity.uuid !== '' && known.identity.uuid !== identity.uuid;
    if (known !== undefined && (!replaced || identity.uuid === '')) return known;
    return this.#begin(bus, code, identity);
  }

  /** Null when it is beyond the number of series that are kept. */
  #begin(bus: string, code: number, identity: GpuIdentity): Tally | null {
    if (this.#errors.size >= mostTallies) return null;
    const tally = { bus, code, identity, row: this.#row(identity, code) };
    if (tally.row.get('errors') === undefined) tally.row.set('errors', 0);
    const replaced = this.#tallies.get(keyOf(bus, code));
    if (replaced !== undefined) this.#retired.push(replaced);
    this.#tallies.set(keyOf(bus, code), tally);
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

function keyOf(bus: string, code: number): string {
  return `${bus} ${code}`;
}

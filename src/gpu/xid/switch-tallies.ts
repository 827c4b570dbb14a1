import * as v from 'valibot';
import type { Row, SeriesGroup, SeriesTable } from '../../series/index.ts';
import type { DriverEvent } from './events.ts';
import { sxidSeverities, type SxidSeverity } from './message.ts';
import { sxidInfoMetrics, sxidMetrics } from './metrics.ts';
import { switchAdvice } from './switch-catalogue.ts';
import { code, count, mostTallies, time } from './tally.ts';

type Key = keyof typeof sxidMetrics;

/** The counts of switches, as they outlive the exporter. */
export const savedSwitches = v.array(
  v.object({
    bus: v.string(),
    code,
    severity: v.picklist(sxidSeverities),
    errors: count,
    /** State directories of before have none. */
    last: v.optional(v.nullable(time)),
  }),
);
export type SavedSwitches = v.InferInput<typeof savedSwitches>;

interface SwitchTally {
  readonly bus: string;
  readonly code: number;
  readonly severity: SxidSeverity;
  readonly row: Row<Key>;
}

/** How often each code was seen on each NVLink switch, as series. */
export class SwitchTallies {
  readonly #errors: SeriesGroup<Key, 'pci_bus' | 'sxid' | 'severity'>;
  readonly #infos: SeriesGroup<'info', 'sxid' | 'severity' | 'class' | 'action'>;
  /** By address, code and severity. */
  readonly #tallies = new Map<string, SwitchTally>();

  constructor(table: SeriesTable) {
    this.#errors = table.group(['pci_bus', 'sxid', 'severity'], sxidMetrics);
    this.#infos = table.group(['sxid', 'severity', 'class', 'action'], sxidInfoMetrics);
  }

  /** @returns false when it is beyond the number of series that are kept */
  count({ bus, code, severity }: Extract<DriverEvent, { kind: 'sxid' }>, time: number | null): boolean {
    const tally = this.#tally(bus, code, severity);
    tally?.row.add('errors');
    if (time !== null) tally?.row.set('last', Math.max(time, tally.row.get('last') ?? 0));
    return tally !== null;
  }

  save(): SavedSwitches {
    return [...this.#tallies.values()].map(({ bus, code, severity, row }) => {
      return { bus, code, severity, errors: row.get('errors') ?? 0, last: row.get('last') ?? null };
    });
  }

  /** Takes the counts of before a restart back, before anything is counted. */
  restore(switches: SavedSwitches): void {
    for (const { bus, code, severity, errors, last } of switches) {
      const tally = this.#tally(bus, code, severity);
      tally?.row.add('errors', errors);
      if (typeof last === 'number') tally?.row.set('last', last);
    }
  }

  #tally(bus: string, code: number, severity: SxidSeverity): SwitchTally | null {
    const key = `${bus} ${code} ${severity}`;
    const known = this.#tallies.get(key);
    if (known !== undefined) return known;
    if (this.#tallies.size >= mostTallies) return null;
    const row = this.#errors.row({ pci_bus: bus, sxid: String(code), severity });
    this.#infos.row({ sxid: String(code), severity, ...switchAdvice(code, severity) }).set('info', 1);
    const tally = { bus, code, severity, row };
    this.#tallies.set(key, tally);
    return tally;
  }
}

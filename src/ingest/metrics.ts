import { protocolMinor } from '../protocol/index.ts';
import { counter, gauge, type Row, type SeriesTable } from '../series/index.ts';
import { certificateMetrics } from './certificate-series.ts';
import { refusalCodes, type RefusalCode } from './refusals.ts';

const totals = {
  workers: gauge('gradwatch_exporter_workers', { help: 'Workers that are connected and have said hello' }),
  strays: gauge('gradwatch_exporter_stray_workers', {
    help: 'Of the connected workers those that say that they run on another node; gradwatch_rank_info tells which',
  }),
  strayHellos: counter('gradwatch_exporter_stray_hellos_total', {
    help: 'Hellos of workers that say that they run on another node',
  }),
  batches: counter('gradwatch_exporter_batches_total', { help: 'Batches received for the first time' }),
  steps: counter('gradwatch_exporter_steps_total', { help: 'Reports of steps taken, parts of steps included' }),
  duplicates: counter('gradwatch_exporter_duplicates_total', { help: 'Batches received again and ignored' }),
  missing: counter('gradwatch_exporter_missing_batches_total', {
    help: 'Batches that a worker numbered but that never arrived',
  }),
  unknownFields: counter('gradwatch_exporter_unknown_fields_total', {
    help: 'Fields that workers of a newer version of the protocol sent and that this exporter does not know',
  }),
  unsent: counter('gradwatch_exporter_unsent_messages_total', {
    help: 'Messages to workers that were dropped because the worker did not read',
  }),
} as const;

const refused = counter('gradwatch_exporter_refused_total', {
  help: 'What was not taken from workers, by reason',
  labels: ['reason'],
});

const hellos = counter('gradwatch_exporter_hellos_total', {
  help: 'Hellos that were taken, by the minor version of the protocol that the client was written from, against that of the exporter',
  labels: ['protocol'],
});
const versions = ['older', 'same', 'newer'] as const;

/** Every series that this room fills. */
export const ingestMetrics = [...Object.values(totals), hellos, refused, ...Object.values(certificateMetrics)] as const;

/** The counts of the ingest. Each begins at 0, so that the first refusal is seen as a rise. */
export class IngestCounts {
  readonly #totals: Row<keyof typeof totals>;
  readonly #refused: ReadonlyMap<RefusalCode, Row<'refused'>>;

  readonly #hellos: ReadonlyMap<(typeof versions)[number], Row<'hellos'>>;
  readonly #firstRefused: (code: RefusalCode) => void;

  /** @param firstRefused told of the first refusal for each reason; the counts tell of the further ones */
  constructor(table: SeriesTable, firstRefused: (code: RefusalCode) => void) {
    this.#firstRefused = firstRefused;
    this.#totals = table.group([], totals).row({});
    for (const key of Object.keys(totals) as (keyof typeof totals)[]) this.#totals.set(key, 0);
    const byVersion = table.group(['protocol'], { hellos });
    this.#hellos = new Map(versions.map((protocol) => [protocol, byVersion.row({ protocol })]));
    for (const row of this.#hellos.values()) row.set('hellos', 0);
    const group = table.group(['reason'], { refused });
    this.#refused = new Map(refusalCodes.map((reason) => [reason, group.row({ reason })]));
    for (const row of this.#refused.values()) row.set('refused', 0);
  }

  /** @param strays those of them that run on another node */
  setWorkers(workers: number, strays: number): void {
    this.#totals.set('workers', workers);
    this.#totals.set('strays', strays);
  }

  add(key: Exclude<keyof typeof totals, 'workers' | 'strays'>, increment = 1): void {
    this.#totals.add(key, increment);
  }

  /** @param minor the version of the client */
  addHello(minor: number): void {
    const version = minor === protocolMinor ? 'same' : minor < protocolMinor ? 'older' : 'newer';
    this.#hellos.get(version)?.add('hellos');
  }

  addRefused(code: RefusalCode): void {
    const row = this.#refused.get(code);
    if (row?.get('refused') === 0) this.#firstRefused(code);
    row?.add('refused');
  }
}

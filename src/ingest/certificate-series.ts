import type { TlsFiles } from '../listen/index.ts';
import { gauge, type Row, type SeriesTable } from '../series/index.ts';

export const certificateMetrics = {
  upToDate: gauge('gradwatch_exporter_grpc_certificate_last_reload_successful', {
    help: 'Whether the certificates of the port of workers, as their files are now, are in force',
  }),
  end: gauge('gradwatch_exporter_grpc_certificate_expiry_timestamp_seconds', {
    help: 'Unix time at which the certificate of the port of workers ends',
  }),
} as const;

/** The certificate by which workers are served; absent where they are served without TLS. */
export class CertificateSeries {
  readonly #row: Row<keyof typeof certificateMetrics>;
  readonly #files: TlsFiles;

  constructor(table: SeriesTable, files: TlsFiles) {
    this.#row = table.group([], certificateMetrics).row({});
    this.#files = files;
    this.show();
  }

  /** To be called whenever the files have been looked at. */
  show(): void {
    this.#row.set('upToDate', this.#files.upToDate ? 1 : 0);
    this.#row.set('end', Date.parse(this.#files.current.certificate.validTo) / 1000);
  }
}

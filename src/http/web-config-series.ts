import type { WebConfigFile } from '../listen/index.ts';
import { gauge, type Row, type SeriesTable } from '../series/index.ts';

export const webConfigMetrics = {
  upToDate: gauge('gradwatch_exporter_web_config_last_reload_successful', {
    help: 'Whether the web configuration file, as it is now, is in force',
  }),
  certificateEnd: gauge('gradwatch_exporter_certificate_expiry_timestamp_seconds', {
    help: 'Unix time at which the certificate of the HTTP server ends',
  }),
} as const;

/** What the web configuration in force is; absent where there is none. */
export class WebConfigSeries {
  readonly #row: Row<keyof typeof webConfigMetrics>;
  readonly #file: WebConfigFile;

  constructor(table: SeriesTable, file: WebConfigFile) {
    this.#row = table.group([], webConfigMetrics).row({});
    this.#file = file;
    this.show();
  }

  /** To be called whenever the file has been looked at. */
  show(): void {
    const { tls } = this.#file.current;
    this.#row.set('upToDate', this.#file.upToDate ? 1 : 0);
    if (tls === null) this.#row.clear('certificateEnd');
    else this.#row.set('certificateEnd', Date.parse(tls.certificate.validTo) / 1000);
  }
}

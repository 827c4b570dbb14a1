import { counter, type Row, type SeriesTable } from '../series/index.ts';

/** Why a connection or a request was not served. */
export const refusalReasons = [
  /** Over the most connections. */
  'connection_limit',
  /** Over the most scrapes at a time. */
  'scrape_limit',
  /** Over the most clients that follow the findings. */
  'stream_limit',
  /** Over the most requests that wait for the answers of workers. */
  'request_limit',
  /** Over `rate_limit` of the web configuration. */
  'rate_limit',
  /** The TLS handshake failed. */
  'tls_handshake',
  /** The client's certificate is missing, not verified, or has no allowed name. */
  'client_certificate',
  'unauthenticated',
  /** Header or body did not come in time. */
  'slow_request',
  /** The answer was not read in time. */
  'slow_reader',
  'header_size',
  'malformed',
] as const;

export type RefusalReason = (typeof refusalReasons)[number];

export const refusalMetrics = {
  refused: counter('gradwatch_exporter_http_refused_total', {
    help: 'Connections and requests that the HTTP server did not serve, by reason',
    labels: ['reason'],
  }),
} as const;

/** Each begins at 0, so that the first refusal is seen as a rise. */
export class RefusalCounts {
  readonly #rows: ReadonlyMap<RefusalReason, Row<'refused'>>;

  constructor(table: SeriesTable) {
    const group = table.group(['reason'], refusalMetrics);
    this.#rows = new Map(refusalReasons.map((reason) => [reason, group.row({ reason })]));
    for (const row of this.#rows.values()) row.set('refused', 0);
  }

  add(reason: RefusalReason): void {
    this.#rows.get(reason)?.add('refused');
  }
}

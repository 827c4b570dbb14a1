/** A mistake within `tls_server_config`. */
export interface TlsMistake {
  readonly key: string;
  readonly value: unknown;
  readonly expected: string;
}

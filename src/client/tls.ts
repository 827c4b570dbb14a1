import type { Environment } from './settings.ts';

/** How the exporter is reached over TLS. Files are in PEM, and read at every connection, so that renewed ones are taken. */
export interface TlsSettings {
  /** Authorities that may have signed the exporter's certificate; without it those that the system knows. */
  readonly caFile?: string | undefined;
  /** This worker's own certificate, for an exporter that asks for one, and its key. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** The name in the exporter's certificate, where it is another than the one in the address. */
  readonly serverName?: string | undefined;
}

const variables = {
  caFile: 'GRADWATCH_TLS_CA_FILE',
  certFile: 'GRADWATCH_TLS_CERT_FILE',
  keyFile: 'GRADWATCH_TLS_KEY_FILE',
  serverName: 'GRADWATCH_TLS_SERVER_NAME',
} as const satisfies Record<keyof TlsSettings, string>;

/** What the script gave, else the environment, setting by setting; undefined where neither asks for TLS. An empty text is none. */
export function findTls(given: TlsSettings | undefined, environment: Environment): TlsSettings | undefined {
  const found = Object.entries(variables).flatMap(([setting, variable]) => {
    const value = given?.[setting as keyof TlsSettings] ?? environment[variable] ?? '';
    return value === '' ? [] : [[setting, value] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

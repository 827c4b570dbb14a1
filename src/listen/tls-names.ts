/**
 * The names by which a web configuration file calls what OpenSSL calls otherwise. They are those of Go's crypto/tls
 * (https://pkg.go.dev/crypto/tls#pkg-constants), since the schema is that of Prometheus' exporter-toolkit.
 */
export const tlsVersions = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
} as const;

export type TlsVersionName = keyof typeof tlsVersions;

/** The suites of TLS 1.3. Go does not let them be chosen: naming one, or none, switches nothing on or off. */
const tls13Suites = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'] as const;

const tls12Suites = {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
} as const;

type Tls12Suite = keyof typeof tls12Suites;

/** Those that Go's `tls.CipherSuites()` lists. */
export const cipherSuites = [...tls13Suites, ...(Object.keys(tls12Suites) as Tls12Suite[])] as const;
export type CipherSuite = (typeof cipherSuites)[number];

/** As OpenSSL wants them. Without a suite of TLS 1.3 in the list Node would switch that version off. */
export function opensslCiphers(suites: readonly CipherSuite[]): string {
  const older = suites.flatMap((suite) => (suite in tls12Suites ? [tls12Suites[suite as Tls12Suite]] : []));
  return [...tls13Suites, ...older].join(':');
}

export const curves = {
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
  X25519: 'X25519',
} as const;

export type CurveName = keyof typeof curves;

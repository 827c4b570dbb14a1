import * as v from 'valibot';
import { options, parseDuration } from '../config/index.ts';
import { clientAuthTypes } from './client-certificate.ts';
import { cipherSuites, curves, tlsVersions, type CurveName, type TlsVersionName } from './tls-names.ts';

function text(expected: string) {
  return v.pipe(v.string(expected), v.minLength(1, expected));
}

function word<const Word extends string>(words: readonly Word[]) {
  return v.picklist(words, `one of ${words.join(', ')}`);
}

const list = 'a list';
const yesOrNo = v.boolean('true or false');
const path = v.optional(text('the path of a file'));
const pem = v.optional(text('text in PEM'));

/** The headers that may be set, and their values where these are few. */
const headers = v.strictObject({
  'Content-Security-Policy': v.optional(v.string('text')),
  'X-Frame-Options': v.optional(word(['', 'deny', 'sameorigin'])),
  'X-Content-Type-Options': v.optional(word(['', 'nosniff'])),
  'X-XSS-Protection': v.optional(v.string('text')),
  'Strict-Transport-Security': v.optional(v.string('text')),
});

/** $2a$, $2b$ and $2y$ are one format (crypt(5)). A cost of 18 takes some 20 s, and each further one doubles that. */
const bcryptHash = v.pipe(v.string(), v.regex(/^\$2[aby]\$(?:0[4-9]|1[0-8])\$[./A-Za-z0-9]{53}$/));
const hash = v.pipe(
  v.unknown(),
  v.guard(
    (value): value is string => v.is(bcryptHash, value),
    'a bcrypt hash of cost 4 to 18, as htpasswd -nBC 10 "" prints it',
  ),
);

const interval = v.pipe(
  v.unknown(),
  v.transform((raw) => (raw === 0 || raw === '0' ? 0 : typeof raw === 'string' ? parseDuration(raw) : null)),
  v.number('a duration such as 1s, or 0 for no limit'),
);
const burstText = 'a whole number from 0';
const burst = v.pipe(v.number(burstText), v.integer(burstText), v.minValue(0, burstText));

/**
 * The schema of Prometheus' exporter-toolkit, with its defaults:
 * https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md. The rules between keys are in
 * web-config-rules.ts.
 */
export const webConfigSchema = options({
  tls_server_config: options({
    cert: pem,
    cert_file: path,
    key: pem,
    key_file: path,
    client_ca: pem,
    client_ca_file: path,
    client_auth_type: v.optional(word(clientAuthTypes)),
    client_allowed_sans: v.optional(v.array(text('a name'), list)),
    min_version: v.optional(word(Object.keys(tlsVersions) as TlsVersionName[]), 'TLS12'),
    // OpenSSL 3 speaks nothing older: a lower bound below is harmless, an upper bound below would leave nothing.
    max_version: v.optional(word(['TLS12', 'TLS13']), 'TLS13'),
    cipher_suites: v.optional(v.array(word(cipherSuites), list)),
    prefer_server_cipher_suites: v.optional(yesOrNo, true),
    curve_preferences: v.optional(v.array(word(Object.keys(curves) as CurveName[]), list)),
  }),
  http_server_config: options({ http2: v.optional(yesOrNo, true), headers }),
  basic_auth_users: v.optional(v.map(v.string(), hash, 'a group of users and their hashes')),
  rate_limit: options({ interval: v.optional(interval, 0), burst: v.optional(burst, 0) }),
});

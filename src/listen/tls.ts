import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { readRegularFile, UnreadableFile } from '../config/index.ts';
import { checkClientPolicy, clientAuthTypes, type ClientPolicy } from './client-certificate.ts';
import type { TlsMistake } from './tls-mistake.ts';
import { cipherSuites, curves, opensslCiphers, tlsVersions, type CurveName, type TlsVersionName } from './tls-names.ts';

/** How a server speaks TLS. */
export interface Tls extends ClientPolicy {
  /** For createServer() and setSecureContext(). */
  readonly context: SecureContextOptions;
  /** The server's own. */
  readonly certificate: X509Certificate;
}

export interface ReadTls {
  /** Null where no key asks for TLS, or where there are mistakes. */
  readonly value: Tls | null;
  readonly mistakes: readonly TlsMistake[];
  /** The files that it was read from. */
  readonly files: readonly string[];
}

/** What was found of a certificate or key. */
interface Pem<Parsed> {
  readonly key: string;
  readonly text: string;
  readonly parsed: Parsed;
}

/** Keys that say that TLS is wanted; the others only say how. */
const asking = ['cert', 'cert_file', 'key', 'key_file', 'client_ca', 'client_ca_file', 'client_auth_type'];

/**
 * Reads the certificates and the key of a `tls_server_config`, and checks the rules between its keys. Values that the schema refuses
 * count as absent.
 * @param place where the file of a path is
 */
export function readTls(keys: ReadonlyMap<string, unknown>, place: (path: string) => string): ReadTls {
  if (!asking.some((key) => keys.has(key))) return { value: null, mistakes: [], files: [] };
  const mistakes: TlsMistake[] = [];
  const files: string[] = [];
  const pem = <Parsed>(name: string, expected: string, parse: (text: string) => Parsed): Pem<Parsed> | null => {
    const [inline, path] = [text(keys.get(name)), text(keys.get(`${name}_file`))];
    const key = inline === undefined ? `${name}_file` : name;
    const told = path ?? (inline === undefined ? 'nothing' : 'something else');
    if (inline !== undefined && path !== undefined) {
      mistakes.push({ key: `${name}_file`, value: path, expected: `nothing beside ${name}, only one of the two` });
    }
    try {
      if (path !== undefined) files.push(place(path));
      const content = inline ?? (path === undefined ? '' : readRegularFile(place(path)));
      return { key, text: content, parsed: parse(content) };
    } catch (error) {
      const why = error instanceof UnreadableFile ? `; it cannot be read (${error.message})` : '';
      mistakes.push({ key, value: told, expected: `${expected}${why}` });
      return null;
    }
  };

  const certificate = pem('cert', 'a certificate in PEM', (content) => new X509Certificate(content));
  const privateKey = pem('key', 'a private key in PEM, without a passphrase', (content) => createPrivateKey(content));
  const authority =
    keys.has('client_ca') || keys.has('client_ca_file')
      ? pem('client_ca', 'certificates in PEM', (content) => new X509Certificate(content))
      : null;
  if (certificate !== null && privateKey !== null && !certificate.parsed.checkPrivateKey(privateKey.parsed)) {
    mistakes.push({
      key: privateKey.key,
      value: 'another key',
      expected: `the key of the certificate in ${certificate.key}`,
    });
  }
  const policy = {
    clientAuth: oneOf(clientAuthTypes, keys.get('client_auth_type')) ?? 'NoClientCert',
    allowedSans: keys.has('client_allowed_sans') ? texts(keys.get('client_allowed_sans')) : null,
  };
  const withAuthority = keys.has('client_ca') || keys.has('client_ca_file');
  mistakes.push(...checkClientPolicy(policy, withAuthority), ...checkVersions(keys));
  if (certificate === null || privateKey === null || mistakes.length > 0) return { value: null, mistakes, files };

  const context = {
    ...protocol(keys),
    cert: certificate.text,
    key: privateKey.text,
    ...(authority !== null && { ca: authority.text }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    const expected = `what OpenSSL takes (${(error as Error).message})`;
    return { value: null, mistakes: [{ key: certificate.key, value: 'something else', expected }], files };
  }
  return { value: { context, certificate: certificate.parsed, ...policy }, mistakes, files };
}

function protocol(keys: ReadonlyMap<string, unknown>): SecureContextOptions {
  const suites = texts(keys.get('cipher_suites')).flatMap((name) => oneOf(cipherSuites, name) ?? []);
  const preferred = texts(keys.get('curve_preferences')).filter((name): name is CurveName => name in curves);
  const { minimum, maximum } = versions(keys);
  return {
    minVersion: tlsVersions[minimum],
    maxVersion: tlsVersions[maximum],
    honorCipherOrder: keys.get('prefer_server_cipher_suites') !== false,
    ...(suites.length > 0 && { ciphers: opensslCiphers(suites) }),
    ...(preferred.length > 0 && { ecdhCurve: preferred.map((name) => curves[name]).join(':') }),
  };
}

const versionNames = Object.keys(tlsVersions) as TlsVersionName[];

function versions(keys: ReadonlyMap<string, unknown>): {
  readonly minimum: TlsVersionName;
  readonly maximum: TlsVersionName;
} {
  return {
    minimum: oneOf(versionNames, keys.get('min_version')) ?? 'TLS12',
    maximum: oneOf(versionNames, keys.get('max_version')) ?? 'TLS13',
  };
}

function checkVersions(keys: ReadonlyMap<string, unknown>): TlsMistake[] {
  const { minimum, maximum } = versions(keys);
  if (versionNames.indexOf(minimum) <= versionNames.indexOf(maximum)) return [];
  return [{ key: 'min_version', value: minimum, expected: `no more than max_version, which is ${maximum}` }];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value);
}

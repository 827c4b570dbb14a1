import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { authority, certificate, writeCertified, type Certified } from '../../test/support/certificates.ts';
import { readWebConfig, WebConfigFile } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-web-config-'));
const file = join(folder, 'web.yml');
const hash = '$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze';
let ca: Certified;

beforeAll(async () => {
  ca = await authority();
  writeCertified(folder, 'server', await certificate(ca, 'localhost'));
  writeCertified(folder, 'other', await certificate(ca, 'localhost'));
  writeFileSync(join(folder, 'ca.crt'), ca.cert);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function read(text: string) {
  writeFileSync(file, text);
  const { value, mistakes } = readWebConfig(file);
  return { value, mistakes: mistakes.map((mistake) => mistake.replace(`${file}: `, '')) };
}

const serving = 'cert_file: server.crt, key_file: server.key';

describe('readWebConfig', () => {
  it('leaves no door open where something is half written', () => {
    expect(read('basic_auth_users:\n  prom:\n').mistakes).toEqual([
      expect.stringContaining('basic_auth_users.prom: found something else, expected a bcrypt hash'),
    ]);
    expect(read('tls_server_config: []').mistakes).toEqual(['tls_server_config: found [], expected a group of keys']);
    expect(read('tls_server_config: {client_allowed_sans: [*.monitoring.svc]}').value).toBeNull();
  });

  it('takes an empty file as plain HTTP for everyone', () => {
    expect(read('').value).toEqual({ tls: null, headers: new Map(), users: new Map(), rateLimit: null });
  });

  it('reads every key of the schema', () => {
    const { value, mistakes } = read(`
tls_server_config:
  cert_file: server.crt
  key_file: ${folder}/server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [prometheus]
  min_version: TLS13
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: false
  headers: {X-Frame-Options: deny, X-XSS-Protection: '', Strict-Transport-Security: max-age=1}
basic_auth_users: {alice: ${hash}, constructor: ${hash}}
rate_limit: {interval: 1s, burst: 20}
`);
    expect(mistakes).toEqual([]);
    expect(value).toMatchObject({
      headers: new Map([
        ['X-Frame-Options', 'deny'],
        ['Strict-Transport-Security', 'max-age=1'],
      ]),
      users: new Map([
        ['alice', hash],
        ['constructor', hash],
      ]),
      rateLimit: { intervalSeconds: 1, burst: 20 },
    });
    expect(value?.tls).toMatchObject({ clientAuth: 'RequireAndVerifyClientCert', allowedSans: ['prometheus'] });
    expect(value?.tls?.context).toMatchObject({
      minVersion: 'TLSv1.3',
      ciphers: expect.stringMatching(/^TLS_AES_256_GCM_SHA384:.*:ECDHE-RSA-AES128-GCM-SHA256$/) as string,
      ecdhCurve: 'X25519:P-256',
      honorCipherOrder: false,
      ca: ca.cert,
    });
  });

  it('takes certificate and key inline', async () => {
    const { cert, key } = await certificate(ca, 'localhost');
    const { value } = read(JSON.stringify({ tls_server_config: { cert, key } }));
    expect(value?.tls?.certificate.subject).toBe('CN=localhost');
  });

  it('tells every mistake at once, and no secret', () => {
    const { value, mistakes } = read(`
tls_server_config: {cert_file: nowhere.crt, min_version: TLS9, client_ca_file: server.key, cypher_suites: []}
http_server_config: {headers: {X-Powered-By: me, X-Frame-Options: allow}}
basic_auth_users: {alice: open sesame}
rate_limit: {interval: often}
`);
    expect(value).toBeNull();
    expect(mistakes.join('\n')).not.toContain('sesame');
    expect(mistakes.map((mistake) => mistake.split(',')[0]).sort()).toEqual([
      'basic_auth_users.alice: found something else',
      'http_server_config.headers.X-Frame-Options: found allow',
      'http_server_config.headers.X-Powered-By: found me',
      'rate_limit.interval: found often',
      'tls_server_config.cert_file: found nowhere.crt',
      'tls_server_config.client_auth_type: found NoClientCert',
      'tls_server_config.client_ca_file: found server.key',
      'tls_server_config.cypher_suites: found []',
      'tls_server_config.key_file: found nothing',
      'tls_server_config.min_version: found TLS9',
    ]);
  });

  it.each([
    [
      serving.replace('server.key', 'other.key'),
      'key_file: found another key, expected the key of the certificate in cert_file',
    ],
    [`${serving}, cert: x`, 'cert_file: found server.crt, expected nothing beside cert, only one of the two'],
    [
      `${serving}, min_version: TLS13, max_version: TLS12`,
      'min_version: found TLS13, expected no more than max_version, which is TLS12',
    ],
    [
      `${serving}, client_auth_type: VerifyClientCertIfGiven`,
      'client_ca_file: found nothing, expected the authority that signs the certificates of clients, for VerifyClientCertIfGiven',
    ],
    [
      `${serving}, client_allowed_sans: [a]`,
      'client_auth_type: found NoClientCert, expected RequireAnyClientCert or RequireAndVerifyClientCert beside client_allowed_sans',
    ],
    [
      `${serving}, cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]`,
      'cipher_suites.0: found TLS_RSA_WITH_RC4_128_SHA, expected one of TLS_AES',
    ],
    ['client_auth_type: NoClientCert', 'cert_file: found nothing, expected a certificate in PEM'],
  ])('refuses %s', (keys, mistake) => {
    expect(read(`tls_server_config: {${keys}}`).mistakes).toContainEqual(
      expect.stringContaining(`tls_server_config.${mistake}`),
    );
  });

  it('refuses a limit that lets nothing through, broken YAML, and a file that is not there', () => {
    expect(read('rate_limit: {interval: 1s}').mistakes).toEqual([
      expect.stringMatching(/^rate_limit.burst: found 0, expected a whole number from 1/),
    ]);
    expect(read('tls_server_config: {').mistakes).toEqual([expect.stringContaining('expected valid YAML')]);
    expect(readWebConfig('/nowhere/web.yml').mistakes).toEqual(['/nowhere/web.yml: cannot be read (ENOENT)']);
  });
});

describe('WebConfigFile', () => {
  it('keeps the last good one while what is new is broken, and tells that once', () => {
    const log = { info: vi.fn(), error: vi.fn() };
    const heard = vi.fn();
    writeFileSync(file, `basic_auth_users: {alice: ${hash}}`);
    const config = new WebConfigFile(file, log);
    config.subscribe(heard);
    config.refresh();
    writeFileSync(file, 'basic_auth_users: {alice: broken}');
    config.refresh();
    writeFileSync(file, 'basic_auth_users: {alice: broken} ');
    config.refresh();
    expect(config.current.users.get('alice')).toBe(hash);
    expect(config.upToDate).toBe(false);
    expect(log.error).toHaveBeenCalledOnce();
    expect(heard).not.toHaveBeenCalled();
    writeFileSync(file, `basic_auth_users: {bob: ${hash}}`);
    config.refresh();
    expect([...config.current.users.keys()]).toEqual(['bob']);
    expect(config.upToDate).toBe(true);
    expect(heard).toHaveBeenCalledOnce();
  });

  it('refuses to switch TLS on, or to begin to ask clients for certificates, while it listens', () => {
    writeFileSync(file, '');
    const config = new WebConfigFile(file, { info: vi.fn(), error: vi.fn() });
    writeFileSync(file, `tls_server_config: {${serving}}`);
    expect(config.reload()).toEqual([`${file}: tls_server_config: TLS was switched on, which needs a restart`]);
    const speaking = new WebConfigFile(file, { info: vi.fn(), error: vi.fn() });
    writeFileSync(file, `tls_server_config: {${serving}, client_auth_type: RequireAnyClientCert}`);
    expect(speaking.reload()).toEqual([expect.stringContaining('which needs a restart')]);
    expect(speaking.current.tls?.clientAuth).toBe('NoClientCert');
  });
});

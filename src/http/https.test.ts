import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, TLSSocket, type ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { authority, certificate, writeCertified, type Certified } from '../../test/support/certificates.ts';
import { noFindings } from '../../test/support/no-findings.ts';
import { WebConfigFile } from '../listen/index.ts';
import { SeriesTable } from '../series/index.ts';
import { HttpServer, SelfMetrics, type Served } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-https-'));
const file = join(folder, 'web.yml');
const log = { info: vi.fn(), error: vi.fn() };
let ca: Certified;
let stranger: Certified;
let client: Certified;
let server: HttpServer;
let port: number;

beforeAll(async () => {
  ca = await authority();
  client = await certificate(ca, 'prometheus', { usage: 'client' });
  stranger = await certificate(await authority('another authority'), 'prometheus', { usage: 'client' });
  writeCertified(folder, 'server', await certificate(ca, 'localhost'));
  writeFileSync(join(folder, 'ca.crt'), ca.cert);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
afterEach(() => server.stop(1));

async function serve(tls: string, rest = ''): Promise<void> {
  writeFileSync(file, `tls_server_config: {cert_file: server.crt, key_file: server.key, ${tls}}\n${rest}`);
  const served = {
    table: new SeriesTable(),
    self: new SelfMetrics({ version: '1', now: () => 0, lostLogLines: () => 0 }),
    findings: noFindings,
    kinds: [],
    token: null,
    reload: null,
    maxScrapes: () => 40,
    waiting: () => [],
    log,
  } as Partial<Served> as Served;
  server = new HttpServer(served, '127.0.0.1:0', new WebConfigFile(file, log));
  const url = new URL(await server.start());
  expect(url.protocol).toBe('https:');
  port = Number(url.port);
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly socket: TLSSocket;
}

async function get(path: string, options: ConnectionOptions & { readonly agent?: Agent } = {}): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port, path, ca: ca.cert, agent: false, ...options }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const { socket } = response;
  if (!(socket instanceof TLSSocket)) throw new Error('not over TLS');
  let text = '';
  for await (const part of response) text += String(part);
  return { status: response.statusCode, text, socket };
}

/** The count of a reason in /metrics, seen by a client that may come in. */
async function refused(reason: string, options: ConnectionOptions = {}): Promise<number> {
  const { text } = await get('/metrics', options);
  return Number(new RegExp(`http_refused_total\\{reason="${reason}"\\} (\\d+)`).exec(text)?.[1]);
}

describe('HTTPS', () => {
  it('serves by the certificate of the file, to nobody over plain HTTP', async () => {
    await serve('');
    expect(await get('/-/healthy')).toMatchObject({ status: 200, text: 'healthy\n' });
    const plain = connectTcp(port, '127.0.0.1').end('GET /-/healthy HTTP/1.1\r\n\r\n');
    let answer = '';
    plain.on('data', (part) => (answer += String(part))).on('error', () => undefined);
    await once(plain, 'close');
    expect(answer).not.toContain('healthy');
    expect(await refused('tls_handshake')).toBe(1);
  });

  it('speaks only the versions that it may', async () => {
    await serve('min_version: TLS13');
    const { socket } = await get('/-/healthy');
    expect(socket.getProtocol()).toBe('TLSv1.3');
    await expect(get('/-/healthy', { maxVersion: 'TLSv1.2' })).rejects.toThrow();
    await server.stop(1);
    await serve('max_version: TLS12, cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]');
    const older = connect({ host: '127.0.0.1', port, ca: ca.cert });
    await once(older, 'secureConnect');
    expect([older.getProtocol(), older.getCipher().name]).toEqual(['TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256']);
    older.destroy();
  });

  it.each([
    ['RequestClientCert', [true, true, true]],
    ['RequireAnyClientCert', [false, true, true]],
    ['VerifyClientCertIfGiven', [true, false, true]],
    ['RequireAndVerifyClientCert', [false, false, true]],
  ] as const)('with %s lets in nobody, strangers, and clients of the authority: %j', async (type, expected) => {
    const needsAuthority = type.includes('Verify');
    await serve(`client_auth_type: ${type}${needsAuthority ? ', client_ca_file: ca.crt' : ''}`);
    const came: boolean[] = [];
    for (const options of [{}, stranger, client]) {
      came.push(
        await get('/-/healthy', options).then(
          ({ status }) => status === 200,
          () => false,
        ),
      );
    }
    expect(came).toEqual(expected);
    expect(await refused('client_certificate', client)).toBe(expected.filter((in_) => !in_).length);
  });

  it('lets in only clients of an allowed name', async () => {
    const rest = 'client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt, client_allowed_sans:';
    await serve(`${rest} [prometheus]`);
    expect(await get('/-/healthy', client)).toMatchObject({ status: 200 });
    await server.stop(1);
    await serve(`${rest} [alertmanager]`);
    await expect(get('/-/healthy', client)).rejects.toThrow();
  });

  it('takes a renewed certificate for new connections, and lets open ones go on', async () => {
    await serve('');
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: ca.cert });
    const before = await get('/-/healthy', { agent });
    const first = before.socket.getPeerX509Certificate()?.fingerprint256;
    writeCertified(folder, 'server', await certificate(ca, 'localhost'));
    server.refresh();
    const kept = await get('/-/healthy', { agent });
    expect(kept.socket).toBe(before.socket);
    const fresh = await get('/-/healthy');
    expect(fresh.socket.getPeerX509Certificate()?.fingerprint256).not.toBe(first);
    writeFileSync(join(folder, 'server.crt'), 'broken');
    server.refresh();
    const { text } = await get('/metrics');
    expect(text).toContain('gradwatch_exporter_web_config_last_reload_successful 0\n');
    const end = Date.parse(fresh.socket.getPeerX509Certificate()?.validTo ?? '') / 1000;
    expect(Number(/certificate_expiry_timestamp_seconds (\S+)/.exec(text)?.[1])).toBe(end);
    agent.destroy();
    writeCertified(folder, 'server', await certificate(ca, 'localhost'));
  });

  it('sets the headers of the file and keeps to its rate', async () => {
    await serve('', 'http_server_config: {headers: {X-Frame-Options: deny}}\nrate_limit: {interval: 1h, burst: 1}');
    const asked = request({ host: '127.0.0.1', port, path: '/metrics', ca: ca.cert, agent: false }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, response.headers['x-frame-options']]).toEqual([200, 'deny']);
    expect(await get('/metrics')).toMatchObject({ status: 429, text: expect.stringContaining('rate_limit') as string });
    expect((await get('/-/ready')).status).toBe(200);
  });
});

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:tls';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authority, certificate, writeCertified, type Certified } from '../support/certificates.ts';
import { eventually, freePort, Program } from '../support/program.ts';

/** The built program, as a user calls it. `npm run test:programs` builds it. */
const main = resolve(import.meta.dirname, '../../dist/main.js');
const folder = mkdtempSync(join(tmpdir(), 'gradwatch-serving-'));
const webConfig = join(folder, 'web.yml');
let ca: Certified;

beforeAll(async () => {
  ca = await authority();
  writeCertified(folder, 'server', await certificate(ca, 'localhost'));
  writeFileSync(
    webConfig,
    `tls_server_config: {cert_file: server.crt, key_file: server.key}\nbasic_auth_users: {prometheus: ${hashSync('open sesame', 4)}}\n`,
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function status(
  port: number,
  path: string,
  authorization?: string,
  client: Partial<Certified> = {},
): Promise<number | undefined> {
  const headers = authorization === undefined ? {} : { authorization };
  const asked = request({ host: '127.0.0.1', port, path, ca: ca.cert, agent: false, headers, ...client }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

// Every case starts processes, which takes its time on a busy machine.
const options = { timeout: 30_000 };

describe('gradwatch serve --http.web_config_file', options, () => {
  it('serves HTTPS to who has the password', async () => {
    const port = await freePort();
    const program = new Program('gradwatch', process.execPath, [
      main,
      `--http.address=127.0.0.1:${port}`,
      '--grpc.address=none',
      `--http.web_config_file=${webConfig}`,
    ]);
    try {
      await eventually('HTTPS to be there', async () => (await status(port, '/-/healthy')) === 200 || undefined);
      expect(program.output).toContain(`https://127.0.0.1:${port}/metrics`);
      const right = `Basic ${base64('prometheus:open sesame')}`;
      expect(await status(port, '/metrics', right)).toBe(200);
      expect(await status(port, '/metrics', right)).toBe(200);
      for (const wrong of ['prometheus:open', 'nobody:open sesame', 'prometheus', ':']) {
        expect(await status(port, '/metrics', `Basic ${base64(wrong)}`)).toBe(401);
      }
      expect(await status(port, '/')).toBe(401);
      expect(await status(port, '/api/v1/runs', 'Bearer open sesame')).toBe(401);
    } finally {
      await program.stop();
    }
    expect(await program.exited()).toBe(0);
  });

  it('serves who shows a certificate of an allowed name, and takes a renewed one of its own', async () => {
    const mutual = join(folder, 'mutual.yml');
    writeCertified(folder, 'own', await certificate(ca, 'localhost'));
    writeFileSync(join(folder, 'ca.crt'), ca.cert);
    writeFileSync(
      mutual,
      `tls_server_config:
  cert_file: own.crt
  key_file: own.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  client_allowed_sans: [prometheus]
`,
    );
    const prometheus = await certificate(ca, 'prometheus', { usage: 'client' });
    const port = await freePort();
    const program = new Program('gradwatch', process.execPath, [
      main,
      `--http.address=127.0.0.1:${port}`,
      '--grpc.address=none',
      '--grpc.socket=none',
      `--http.web_config_file=${mutual}`,
    ]);
    const shown = async (): Promise<string> => {
      const socket = connect({ host: '127.0.0.1', port, ca: ca.cert, ...prometheus });
      await once(socket, 'secureConnect');
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    try {
      const scrape = (client?: Partial<Certified>) => status(port, '/metrics', undefined, client);
      await eventually('mutual TLS', async () => (await scrape(prometheus)) === 200 || undefined);
      const stranger = await certificate(ca, 'stranger', { usage: 'client' });
      const forged = await certificate(await authority('another'), 'prometheus', { usage: 'client' });
      for (const refused of [undefined, stranger, forged]) await expect(scrape(refused)).rejects.toThrow();

      const before = await shown();
      writeCertified(folder, 'own', await certificate(ca, 'localhost'));
      await eventually('the renewed certificate', async () => (await shown()) !== before || undefined);
      const renewed = await shown();
      writeFileSync(join(folder, 'own.crt'), 'broken');
      await eventually('the complaint', () => program.output.includes('the last good one stays in force') || undefined);
      expect([await scrape(prometheus), await shown()]).toEqual([200, renewed]);
    } finally {
      await program.stop();
    }
  });

  it('is not started with a web configuration that is wrong', async () => {
    const wrong = join(folder, 'wrong.yml');
    writeFileSync(wrong, 'tls_server_config: {cert_file: server.crt}\nusers: {}\n');
    const program = new Program('gradwatch', process.execPath, [
      main,
      ...['--http.address=127.0.0.1:0', '--grpc.address=none', '--grpc.socket=none'],
      `--http.web_config_file=${wrong}`,
    ]);
    expect(await program.exited()).toBe(2);
    expect(program.output.trim().split('\n')).toEqual([
      expect.stringContaining(
        `gradwatch: ${wrong}: users: found a group of keys, expected no such key; there are tls_server_config, `,
      ),
      `gradwatch: ${wrong}: tls_server_config.key_file: found nothing, expected a private key in PEM, without a passphrase`,
    ]);
  });

  it('is told by check, with the day on which the certificate ends', async () => {
    const program = new Program('gradwatch', process.execPath, [
      main,
      'check',
      '--http.address=127.0.0.1:0',
      '--grpc.address=none',
      `--http.web_config_file=${webConfig}`,
    ]);
    await program.exited();
    expect(program.output).toMatch(/works +http\.web_config_file +\S+web\.yml: HTTPS/);
    expect(program.output).toMatch(/certificate of CN=localhost, valid until \d{4}-\S+ \(9 days left\); its key fits/);
    expect(program.output).toContain('users with a password: prometheus');
  });
});

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authority, certificate, writeCertified, type Certified } from '../support/certificates.ts';
import { startExporter } from '../support/exporter.ts';
import { eventually, freePort, Program } from '../support/program.ts';

/** The built program, as a user calls it. `npm test` builds it. */
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

async function status(port: number, path: string, authorization?: string): Promise<number | undefined> {
  const headers = authorization === undefined ? {} : { authorization };
  const asked = request({ host: '127.0.0.1', port, path, ca: ca.cert, agent: false, headers }).end();
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

  it('is not started with a web configuration that is wrong', async () => {
    const wrong = join(folder, 'wrong.yml');
    writeFileSync(wrong, 'tls_server_config: {cert_file: server.crt}\nusers: {}\n');
    const program = new Program('gradwatch', process.execPath, [main, `--http.web_config_file=${wrong}`]);
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

describe('a reload', options, () => {
  it('takes what can change, and of what cannot nothing', async () => {
    const file = join(folder, 'gradwatch.yaml');
    const token = join(folder, 'token');
    writeFileSync(token, 'secret');
    const base = `http: {reload: true, token_file: ${token}}\ngpu: {enabled: false}\n`;
    writeFileSync(file, base);
    const exporter = await startExporter([`--config=${file}`]);
    const reload = async (authorization = 'Bearer secret') => {
      const response = await fetch(`${exporter.url}/-/reload`, { method: 'POST', headers: { authorization } });
      return { status: response.status, text: await response.text() };
    };
    const succeeded = async (): Promise<number> => {
      const text = await (await fetch(`${exporter.url}/metrics`)).text();
      return Number(/^gradwatch_exporter_config_last_reload_successful (\d)$/m.exec(text)?.[1]);
    };
    try {
      expect(await succeeded()).toBe(1);
      expect((await reload('')).status).toBe(401);

      writeFileSync(file, `${base}runs: {max_runs: many, max_rank: 1}\n`);
      exporter.program.child.kill('SIGHUP');
      await eventually('the reload to fail', async () => (await succeeded()) === 0 || undefined);
      const broken = await reload();
      expect(broken.status).toBe(500);
      expect(broken.text).toContain(`${file}: runs.max_runs: found many, expected a whole number`);
      expect(broken.text).toContain(`${file}: runs.max_rank: found 1, expected no such key`);

      writeFileSync(file, `${base}findings: {hold: 1m}\nnode: {load: {interval: 7s}}\n`);
      const fixed = await reload();
      expect(fixed.status).toBe(500);
      expect(fixed.text).toContain('node.load.interval: cannot change while the exporter runs; restart it');

      writeFileSync(file, `${base}findings: {hold: 1m}\nlog: {level: info}\n`);
      exporter.program.child.kill('SIGHUP');
      await eventually('the reload to succeed', async () => (await succeeded()) === 1 || undefined);
      expect(await reload()).toEqual({ status: 200, text: 'reloaded\n' });
      // The level of the log is in force.
      expect(exporter.program.output).toContain('the configuration was reloaded');
      expect(exporter.program.output).toContain('"mistakes":');
    } finally {
      await exporter.stop();
    }
  });
});

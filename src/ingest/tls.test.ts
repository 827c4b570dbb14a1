import { writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { credentials, status, type ChannelCredentials } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { authority, certificate, writeCertified, type Certified } from '../../test/support/certificates.ts';
import { exporter, scratch, soon, undo, Worker } from '../../test/support/ingest.ts';

let ca: Certified;
let server: Certified;
let client: Certified;
let stranger: Certified;

beforeAll(async () => {
  ca = await authority();
  server = await certificate(ca, 'localhost');
  client = await certificate(ca, 'worker', { usage: 'client' });
  stranger = await certificate(await authority('another authority'), 'worker', { usage: 'client' });
});

function by(certified?: Certified, trusted: Certified = ca): ChannelCredentials {
  const own = [certified?.key, certified?.cert].map((pem) => (pem === undefined ? null : Buffer.from(pem)));
  return credentials.createSsl(Buffer.from(trusted.cert), own[0], own[1]);
}

/** An exporter over TLS, or with `mutual` one that asks workers for certificates. */
async function secure(mutual: 'required' | 'optional' | 'none') {
  const folder = scratch();
  const { cert, key } = writeCertified(folder, 'server', server);
  const authorityFile = join(folder, 'ca.crt');
  writeFileSync(authorityFile, ca.cert);
  const tls = {
    cert_file: cert,
    key_file: key,
    client_ca_file: mutual === 'none' ? undefined : authorityFile,
    require_client_certificate: mutual === 'required',
  };
  const running = await exporter({ tls, frozen_after: 1 });
  const refused = (reason: string) => running.series(`gradwatch_exporter_refused_total{reason="${reason}"}`);
  return { ...running, folder, refused };
}

async function welcomed(worker: Worker): Promise<void> {
  await vi.waitFor(() => {
    expect(worker.heard('welcome')).toHaveLength(1);
  }, soon);
}

async function turnedAway(worker: Worker, code = status.UNAVAILABLE): Promise<void> {
  await vi.waitFor(() => {
    expect(worker.end?.code).toBe(code);
  }, soon);
}

describe('Ingest over TLS', () => {
  it('takes workers that trust its authority, and nobody else', async () => {
    const { address, refused, series } = await secure('none');
    const worker = new Worker(address, undefined, by()).hello();
    await welcomed(worker);
    await turnedAway(new Worker(address).hello({ rank: 1 }));
    await turnedAway(new Worker(address, undefined, by(undefined, stranger)).hello({ rank: 2 }));
    await vi.waitFor(() => {
      expect(Number(refused('tls_handshake'))).toBeGreaterThanOrEqual(2);
    }, soon);
    worker.batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(worker.acknowledged()).toBe(1);
    }, soon);
    expect(series('gradwatch_exporter_workers')).toBe('1');
    expect(Number(series('gradwatch_exporter_grpc_certificate_expiry_timestamp_seconds'))).toBeGreaterThan(
      Date.now() / 1000,
    );
  });

  it('takes only workers with a certificate of its authority where one is required', async () => {
    const { address, refused } = await secure('required');
    await welcomed(new Worker(address, undefined, by(client)).hello());
    await turnedAway(new Worker(address, undefined, by()).hello({ rank: 1 }), status.UNAUTHENTICATED);
    await turnedAway(new Worker(address, undefined, by(stranger)).hello({ rank: 2 }), status.UNAUTHENTICATED);
    await vi.waitFor(() => {
      expect(Number(refused('client_certificate'))).toBeGreaterThanOrEqual(2);
    }, soon);
  });

  it('takes workers without a certificate where it is optional, but none of a stranger', async () => {
    const { address } = await secure('optional');
    await welcomed(new Worker(address, undefined, by()).hello());
    await welcomed(new Worker(address, undefined, by(client)).hello({ rank: 1 }));
    await turnedAway(new Worker(address, undefined, by(stranger)).hello({ rank: 2 }), status.UNAUTHENTICATED);
  });

  it('shows a renewed certificate to new connections; one that is broken changes nothing', async () => {
    const { address, folder, ingest, log, series } = await secure('none');
    const worker = new Worker(address, undefined, by()).hello();
    await welcomed(worker);
    const other = await authority('the next authority');
    const renewed = await certificate(other, 'localhost', { days: 20 });
    writeFileSync(join(folder, 'server.crt'), renewed.cert);
    ingest.refresh();
    expect(log.error).toHaveBeenCalledOnce();
    expect(series('gradwatch_exporter_grpc_certificate_last_reload_successful')).toBe('0');
    await welcomed(new Worker(address, undefined, by()).hello({ rank: 1 }));
    writeFileSync(join(folder, 'server.key'), renewed.key);
    ingest.refresh();
    expect(series('gradwatch_exporter_grpc_certificate_last_reload_successful')).toBe('1');
    await welcomed(new Worker(address, undefined, by(undefined, other)).hello({ rank: 2 }));
    worker.batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(worker.acknowledged()).toBe(1);
    }, soon);
  });

  it('ends a connection that speaks no HTTP/2, or breaks off its handshake', async () => {
    const { listening, refused } = await secure('none');
    const { port } = listening.address!;
    const plain = connect({ port, host: '127.0.0.1', ca: ca.cert });
    const broken = connectTcp(port, '127.0.0.1').end('GET / HTTP/1.1\r\n\r\n');
    for (const socket of [plain, broken]) socket.on('error', () => undefined).resume();
    undo(() => plain.destroy());
    await vi.waitFor(() => {
      expect([plain.destroyed, broken.destroyed]).toEqual([true, true]);
      expect(refused('tls_handshake')).toBe('2');
    }, soon);
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { authority, certificate, writeCertified } from '../../test/support/certificates.ts';
import { exporter, scratch, soon, undo } from '../../test/support/ingest.ts';
import { Backoff } from './backoff.ts';
import { grpcChannel } from './channel.ts';
import { systemClock } from './clock.ts';
import { Sender } from './sender.ts';
import type { TlsSettings } from './tls.ts';

/** An exporter whose certificate names node-a, and that asks workers for one; the files of a worker that may come in. */
async function secured() {
  const folder = scratch();
  const ca = await authority();
  const server = writeCertified(folder, 'server', await certificate(ca, 'node-a'));
  const worker = writeCertified(folder, 'worker', await certificate(ca, 'worker', { usage: 'client' }));
  const caFile = join(folder, 'ca.crt');
  writeFileSync(caFile, ca.cert);
  const tls = {
    cert_file: server.cert,
    key_file: server.key,
    client_ca_file: caFile,
    require_client_certificate: true,
  };
  const { listening, series } = await exporter({ tls });
  const files: TlsSettings = { caFile, certFile: worker.cert, keyFile: worker.key, serverName: 'node-a' };
  return { folder, port: listening.address!.port, files, series };
}

function connect(address: string, tls: TlsSettings) {
  const warnings: string[] = [];
  const sender = new Sender({
    hello: { run: 'digits', rank: 0, world_size: 1, session: '0123456789abcdef' },
    address,
    capacity: 100,
    open: grpcChannel({ address, token: undefined, tls }),
    clock: systemClock,
    backoff: new Backoff(),
    droppedBefore: () => 0,
    events: {
      finding: () => undefined,
      request: () => undefined,
      unfit: () => undefined,
      warning: (text) => warnings.push(text),
    },
  });
  sender.start();
  let result: Promise<boolean> | undefined;
  const finish = (): Promise<boolean> =>
    (result ??= new Promise((resolve) => {
      sender.finish({ ending: 'ENDING_FINISHED' }, 5_000, resolve);
    }));
  undo(finish);
  return { sender, warnings, finish };
}

test('a worker with its certificate reports over mutual TLS, under the name that the exporter has', async () => {
  const { port, files, series } = await secured();
  // By an address that the certificate does not name.
  const { sender, finish } = connect(`localhost:${port}`, files);
  sender.report([{ step: 1, unix_nanos: Date.now() * 1e6, loss: 0.1 + 0.2 }], true);
  expect(await finish()).toBe(true);
  expect(series('gradwatch_train_loss{run="digits",rank="0"}')).toBe(String(0.1 + 0.2));
});

test('with the wrong certificates it says so once, and ends when it is told to', async () => {
  const { folder, port, files } = await secured();
  const stranger = join(folder, 'stranger.crt');
  writeFileSync(stranger, (await authority('another authority')).cert);
  const broken = join(folder, 'broken.crt');
  writeFileSync(broken, 'no certificate');
  const wrong: [TlsSettings, RegExp][] = [
    [{ ...files, caFile: stranger }, /nothing is reported to .*certificate/],
    [{ ...files, serverName: 'node-b' }, /nothing is reported to .*node-b/],
    [{ ...files, caFile: join(folder, 'missing.crt') }, /missing\.crt/],
    [{ ...files, caFile: broken }, /certificate/],
    [{ ...files, keyFile: undefined }, /nothing is reported to .*private key/],
  ];
  const workers = wrong.map(([tls, told]) => ({ told, ...connect(`localhost:${port}`, tls) }));
  await vi.waitFor(() => {
    for (const { told, warnings } of workers) expect(warnings).toEqual([expect.stringMatching(told)]);
  }, soon);
  expect(await Promise.all(workers.map(({ finish }) => finish()))).toEqual(workers.map(() => false));
});

import { once } from 'node:events';
import { credentials, makeGenericClientConstructor, type ClientDuplexStream } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { exporter, undo } from '../../test/support/ingest.ts';

/** Asks "list_services" in bytes of the reflection protocol, and gives the answer's bytes as text. */
async function listServices(address: string): Promise<string> {
  const Client = makeGenericClientConstructor({}, 'reflection');
  const client = new Client(address, credentials.createInsecure());
  undo(() => {
    client.close();
  });
  const same = (bytes: Buffer): Buffer => bytes;
  const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
  const call: ClientDuplexStream<Buffer, Buffer> = client.makeBidiStreamRequest(path, same, same);
  // Field 7, a string of one character.
  call.write(Buffer.from([0x3a, 1, 0x2a]));
  const [answer] = (await once(call, 'data')) as [Buffer];
  call.end();
  return answer.toString('latin1');
}

it('tells what the port speaks where that is switched on', async () => {
  const { address } = await exporter({ reflection: true });
  const services = await listServices(address);
  expect(services).toContain('gradwatch.v1.Telemetry');
  expect(services).toContain('grpc.health.v1.Health');
});

it('tells nothing by default', async () => {
  const { address } = await exporter();
  await expect(listServices(address)).rejects.toThrow('UNIMPLEMENTED');
});

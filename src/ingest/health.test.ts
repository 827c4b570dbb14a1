import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials, status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { exporter, scratch, soon, undo } from '../../test/support/ingest.ts';
import { health } from '../protocol/index.ts';

function ask(address: string) {
  const client = new health.Health(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  undo(() => {
    client.close();
  });
  const check = (service: string): Promise<unknown> =>
    new Promise((resolve) => {
      client.Check({ service }, (error, answer) => {
        resolve(error === null ? answer?.status : error.code);
      });
    });
  const watch = (service: string) => {
    const told: unknown[] = [];
    const call = client.Watch({ service });
    call.on('data', (answer: { status: unknown }) => told.push(answer.status));
    call.on('error', (error: ServiceError) => told.push(error.code));
    call.on('end', () => told.push('end'));
    undo(() => {
      call.cancel();
    });
    return told;
  };
  return { check, watch };
}

describe('the health service', () => {
  it('says that the server and its service serve, without a token, and knows no other', async () => {
    const file = join(scratch(), 'token');
    writeFileSync(file, 'secret');
    const { address } = await exporter({ token_file: file });
    const { check } = ask(address);
    expect(await Promise.all(['', 'gradwatch.v1.Telemetry', 'other'].map(check))).toEqual([
      'SERVING',
      'SERVING',
      status.NOT_FOUND,
    ]);
  });

  it('tells those who watch when the server stops, and limits them', async () => {
    const { address, ingest } = await exporter();
    const { watch } = ask(address);
    const [known, unknown] = [watch(''), watch('other')];
    await vi.waitFor(() => {
      expect([known, unknown]).toEqual([['SERVING'], ['SERVICE_UNKNOWN']]);
    }, soon);
    const more = Array.from({ length: 62 }, () => watch(''));
    await vi.waitFor(() => {
      expect(more.at(-1)).toEqual(['SERVING']);
    }, soon);
    // The first connection has no place for more calls.
    const over = ask(address).watch('');
    await vi.waitFor(() => {
      expect(over[0]).toBe(status.RESOURCE_EXHAUSTED);
    }, soon);
    await ingest.stop(2);
    await vi.waitFor(() => {
      expect(known).toEqual(['SERVING', 'NOT_SERVING', 'end']);
      expect(unknown).toEqual(['SERVICE_UNKNOWN', 'end']);
    }, soon);
  });
});

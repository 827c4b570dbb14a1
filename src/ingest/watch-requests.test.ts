import { writeFileSync } from 'node:fs';
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { exporter, scratch, soon, undo, Worker } from '../../test/support/ingest.ts';

function connection(address: string): ClientHttp2Session {
  const session = connect(`http://${address}`);
  session.on('error', () => undefined);
  undo(() => {
    session.destroy();
  });
  return session;
}

/** A call of which less comes than it announces: so many bytes of a message of 130,000, and then nothing more. */
function half(session: ClientHttp2Session, method: 'Report' | 'ReportOnce', bytes: number) {
  const headers = { 'content-type': 'application/grpc', te: 'trailers', authorization: 'Bearer wrong' };
  const stream = session.request({ ':method': 'POST', ':path': `/gradwatch.v1.Telemetry/${method}`, ...headers });
  const call: { stream: ClientHttp2Stream; status: unknown } = { stream, status: null };
  stream.on('error', () => undefined);
  stream.on('response', (answered) => (call.status = Number(answered['grpc-status'])));
  stream.resume();
  const begun = Buffer.alloc(5 + bytes);
  begun.writeUInt32BE(130_000, 1);
  stream.write(begun);
  return call;
}

describe('Ingest and calls that are not whole', () => {
  it.each(['Report', 'ReportOnce'] as const)('asks for the token before the message of %s is there', async (method) => {
    const file = join(scratch(), 'token');
    writeFileSync(file, 'correct-horse\n');
    const { address, series } = await exporter({ token_file: file });
    const call = half(connection(address), method, 60_000);
    await vi.waitFor(() => {
      expect(call.status).toBe(status.UNAUTHENTICATED);
      expect(call.stream.closed).toBe(true);
    }, soon);
    expect(series('gradwatch_exporter_refused_total{reason="unauthenticated"}')).toBe('1');
  });

  it.each(['Report', 'ReportOnce'] as const)(
    'ends a %s that is not whole in time, and keeps none of it',
    async (method) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      undo(() => vi.useRealTimers());
      const { address, series } = await exporter({ frozen_after: 3600 });
      const worker = new Worker(address).hello();
      const call = half(connection(address), method, 60_000);
      await vi.waitFor(() => {
        expect(worker.heard('welcome')).toHaveLength(1);
      }, soon);
      await vi.advanceTimersByTimeAsync(10_000);
      await vi.waitFor(() => {
        expect(call.status).toBe(status.FAILED_PRECONDITION);
        expect(call.stream.closed).toBe(true);
      }, soon);
      expect(series('gradwatch_exporter_refused_total{reason="hello_late"}')).toBe('1');
      expect(worker.end).toBeNull();
    },
  );

  it('holds so much of them and no more: the oldest make room, a worker that reports is heard', async () => {
    const { address, series } = await exporter();
    const worker = new Worker(address).hello();
    // 76 MB in all.
    const calls = Array.from({ length: 10 }, () => connection(address)).flatMap((session) =>
      Array.from({ length: 60 }, () => half(session, 'ReportOnce', 129_000)),
    );
    await vi.waitFor(() => {
      expect(Number(series('gradwatch_exporter_refused_total{reason="unfinished_limit"}'))).toBeGreaterThan(50);
    }, soon);
    const refused = calls.filter((call) => call.status !== null);
    expect(new Set(refused.map((call) => call.status))).toEqual(new Set([status.RESOURCE_EXHAUSTED]));
    expect(refused.length).toBeLessThan(200);
    worker.batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(worker.acknowledged()).toBe(1);
    }, soon);
    expect(worker.end).toBeNull();
  });
});

import { once } from 'node:events';
import { constants, connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { exporter, soon, undo, Worker } from '../../test/support/ingest.ts';
import { protocol, type WorkerMessage } from '../protocol/index.ts';

/** A generator of numbers below 2^32 that gives the same ones in every run (xorshift, Marsaglia 2003). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const failures: unknown[] = [];
const note = (error: unknown): void => {
  failures.push(error);
};

afterEach(() => {
  process.removeListener('uncaughtException', note).removeListener('unhandledRejection', note);
});

/** An exporter with one honest worker, and what must hold of both after the noise. */
async function undisturbed(noise: (port: number, address: string) => Promise<void>): Promise<void> {
  failures.length = 0;
  process.on('uncaughtException', note).on('unhandledRejection', note);
  const { address, listening, series, runs } = await exporter({ frozen_after: 3600 });
  const worker = new Worker(address).hello();
  let sequence = 0;
  const report = setInterval(() => {
    sequence += 1;
    worker.batch(sequence, { step: sequence, loss: sequence / 3 });
  }, 2);
  undo(() => {
    clearInterval(report);
  });
  await noise(listening.address!.port, address);
  clearInterval(report);
  await vi.waitFor(() => {
    expect(worker.acknowledged()).toBe(sequence);
  }, soon);
  expect(failures).toEqual([]);
  expect(worker.end).toBeNull();
  expect(series('gradwatch_train_steps_total{run="digits",rank="0"}')).toBe(String(sequence));
  expect(series('gradwatch_train_loss{run="digits",rank="0"}')).toBe(String(sequence / 3));
  expect(series('gradwatch_exporter_missing_batches_total')).toBe('0');
  await vi.waitFor(() => {
    expect(series('gradwatch_exporter_workers')).toBe('1');
  }, soon);
  expect(runs.listRuns().length).toBeLessThanOrEqual(2);
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** https://www.rfc-editor.org/rfc/rfc9113#section-4.1 */
function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, payload]);
}

async function send(port: number, bytes: Buffer): Promise<void> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  socket.end(bytes);
  await Promise.race([once(socket, 'close'), new Promise((resolve) => setTimeout(resolve, 50))]);
  socket.destroy();
}

describe('Ingest under noise', () => {
  it('survives bytes that mean nothing', async () => {
    const next = random(1);
    const bytes = () => Buffer.from(Array.from({ length: next() % 512 }, () => next() & 255));
    await undisturbed(async (port) => {
      for (let round = 0; round < 30; round += 1) {
        await Promise.all([bytes(), Buffer.concat([preface, bytes()])].map((noise) => send(port, noise)));
      }
    });
  });

  it('survives frames of HTTP/2 in any order, with any content', async () => {
    const next = random(2);
    const frames = (): Buffer[] =>
      Array.from({ length: 1 + (next() % 20) }, () => {
        const payload = Buffer.from(Array.from({ length: next() % 64 }, () => next() & 255));
        return frame(next() % 12, next() & 255, next() % 8, payload);
      });
    await undisturbed(async (port) => {
      for (let round = 0; round < 30; round += 1) {
        const opened = Buffer.concat([preface, frame(4, 0, 0, Buffer.alloc(0)), ...frames()]);
        await Promise.all([send(port, opened), send(port, Buffer.concat([preface, ...frames()]))]);
      }
    });
  });

  it('survives messages that are cut, changed and out of order, on paths that there are and are not', async () => {
    const next = random(3);
    const { Report, ReportOnce } = protocol.Telemetry.service;
    const good: WorkerMessage[] = [
      {
        hello: {
          ...{ run: 'noise', rank: 1, world_size: 2, session: 'session-of-noise', role: 'ROLE_INFERENCE' },
          ...{ labels: { a: 'b' }, parallel: { data: { index: 0, size: 1 }, expert: {} } },
        },
      },
      { batch: { sequence: 1, steps: [{ step: 1, loss: NaN, unix_nanos: 2 ** 60 }, {}] } },
      {
        batch: {
          sequence: 2,
          steps: [{ step: 2, phase: 'PHASE_IDLE', extras: { ['__proto__']: 1, a: NaN }, auxiliary_losses: { '': 1 } }],
          evaluations: [
            { dataset: 'val', slices: [{ slice: 'a:b', metrics: { auc: 1 } }], failures: [{ metric: 'auc' }] },
          ],
          layer_reports: [{ step: 1, layers: [{ name: 'embed', fraction_dead: 7, weight_norm: 1 }, {}] }],
          tensor_reports: [{ name: 'x', kind: 'KIND_INPUT', distribution: { edges: [0, 1], counts: [1] } }],
          events: [{ type: 'TYPE_CUSTOM', message: '\u0000', step: 2 ** 60 }],
          serving_reports: [{ requests: 1, latency: { bounds: [0.1], counts: [1, 1] }, outputs: { classes: ['a'] } }],
        },
      },
      { answer: { request: 'nobody asked' } },
      { goodbye: { ending: 'ENDING_FAILED', reason: '\u0000\ud800' } },
      {},
    ];
    const encoded = good.map((message) => Report.requestSerialize(message));
    const mutated = (): Buffer => {
      const bytes = Buffer.from(encoded[next() % encoded.length]!);
      for (let change = next() % 4; change > 0 && bytes.length > 0; change -= 1) bytes[next() % bytes.length] = next();
      return bytes.subarray(0, next() % 3 === 0 ? next() % (bytes.length + 1) : bytes.length);
    };
    /** With the length-prefix of gRPC, https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, now and then a wrong one. */
    const prefixed = (bytes: Buffer): Buffer => {
      const head = Buffer.alloc(5);
      head.writeUInt8(next() % 16 === 0 ? next() & 255 : 0, 0);
      head.writeUInt32BE(next() % 16 === 0 ? next() : bytes.length, 1);
      return Buffer.concat([head, bytes]);
    };
    const paths = [Report.path, Report.path, ReportOnce.path, '/gradwatch.v1.Telemetry/Other', '/'];
    await undisturbed(async (port) => {
      const session: ClientHttp2Session = connectHttp2(`http://127.0.0.1:${port}`);
      session.on('error', () => undefined);
      for (let round = 0; round < 40; round += 1) {
        await Promise.all(
          [0, 1, 2, 3].map(async () => {
            const call = session.request({
              [constants.HTTP2_HEADER_METHOD]: 'POST',
              [constants.HTTP2_HEADER_PATH]: paths[next() % paths.length],
              'content-type': next() % 8 === 0 ? 'text/plain' : 'application/grpc',
              te: 'trailers',
            });
            call.on('error', () => undefined).resume();
            const closed = new Promise((resolve) => call.once('close', resolve));
            if (next() % 2 === 0) call.write(prefixed(encoded[0]!));
            for (let messages = next() % 5; messages > 0; messages -= 1) call.write(prefixed(mutated()));
            call.end();
            await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 100))]);
            if (!call.destroyed) call.close(constants.NGHTTP2_CANCEL);
          }),
        );
      }
      session.destroy();
    });
  });
});

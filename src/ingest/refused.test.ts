import { writeFileSync } from 'node:fs';
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { credentials, status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { exporter, scratch, soon, undo, Worker } from '../../test/support/ingest.ts';
import { protocol } from '../protocol/index.ts';

describe('Ingest and what it does not take', () => {
  it('refuses runs and ranks over its limits', async () => {
    const { address, series } = await exporter();
    for (const rank of [0, 1, 2, 3])
      new Worker(address).hello({ rank, world_size: 8, session: `session-of-rank-${rank}` });
    new Worker(address).hello({ run: 'other' });
    await vi.waitFor(() => {
      expect(series('gradwatch_exporter_workers')).toBe('5');
    }, soon);
    const [rank, run] = [
      new Worker(address).hello({ rank: 4, world_size: 8 }),
      new Worker(address).hello({ run: 'third' }),
    ];
    await vi.waitFor(() => {
      expect([rank.end?.code, run.end?.code]).toEqual([status.RESOURCE_EXHAUSTED, status.RESOURCE_EXHAUSTED]);
    }, soon);
    expect(rank.end?.details).toContain(
      '4 ranks of this run are alive or have just ended on this node, the limit of runs.max_ranks',
    );
    expect(run.end?.details).toContain('2 runs are alive or have just ended, the limit of runs.max_runs');
  });

  it('tells what it left out of a batch and takes the rest', async () => {
    const { address, series } = await exporter();
    const worker = new Worker(address).hello();
    worker.batch(1, { step: 1, gradient_norm: -1, loss: 2 }, { loss: 3 }, { step: 2, gradient_norm: -2, loss: 4 });
    await vi.waitFor(() => {
      expect(worker.acknowledged()).toBe(1);
    }, soon);
    expect(worker.heard('refusal')).toEqual([
      {
        sequence: 1,
        reason: 'value_invalid',
        message: 'Step.gradient_norm of step 1 is -1, expected NaN, or a number not below 0; the value was left out',
      },
      {
        sequence: 1,
        reason: 'step_invalid',
        message: 'Step.step is absent, expected a whole number from 0 to 2^53 - 1; the step was left out',
      },
    ]);
    expect(series('gradwatch_exporter_refused_total{reason="value_invalid"}')).toBe('2');
    expect(series('gradwatch_train_loss{run="digits",rank="0"}')).toBe('4');
    expect(series('gradwatch_train_gradient_norm{run="digits",rank="0"}')).toBeUndefined();
  });

  it('ends the call on bytes that are no message, and serves the next one', async () => {
    const { address, series, state } = await exporter();
    const worker = new Worker(address).hello();
    await vi.waitFor(() => {
      expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
    const { path } = protocol.Telemetry.service.Report;
    const raw = worker.client.makeBidiStreamRequest(
      path,
      (bytes: Buffer) => bytes,
      (bytes) => bytes,
    );
    undo(() => {
      raw.cancel();
    });
    let end: ServiceError | null = null;
    raw.on('error', (error: ServiceError) => (end = error));
    raw.on('data', () => undefined);
    raw.write(Buffer.from('ffffffffffffffffffff', 'hex'));
    await vi.waitFor(() => {
      expect(end).toMatchObject({ code: status.INVALID_ARGUMENT });
    }, soon);
    expect(series('gradwatch_exporter_refused_total{reason="malformed"}')).toBe('1');
    worker.batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(state()).toBe('healthy');
    }, soon);
  });

  it.each([
    ['somewhat', 90_000, /^a message of 90\d+ bytes is over the limit of 65536 bytes/],
    ['far', 300_000, /^a message of more than 131072 bytes is over the limit of 65536 bytes/],
  ])('refuses a message that is %s too large', async (_, bytes, details) => {
    const { address, series, state } = await exporter();
    const worker = new Worker(address).hello();
    worker.call.write({ goodbye: { reason: 'x'.repeat(bytes) } });
    await vi.waitFor(() => {
      expect(worker.end?.code).toBe(status.RESOURCE_EXHAUSTED);
    }, soon);
    expect(worker.end?.details).toMatch(details);
    expect(series('gradwatch_exporter_refused_total{reason="message_size"}')).toBe('1');
    await vi.waitFor(() => {
      expect(state()).toBe('lost');
    }, soon);
  });

  it('refuses a message that is small until it is unpacked', async () => {
    const { series, listening } = await exporter();
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(65_536);
    const session = connectHttp2(`http://127.0.0.1:${listening.address!.port}`);
    undo(() => {
      session.destroy();
    });
    const stream = session.request({
      ...{ ':method': 'POST', ':path': '/gradwatch.v1.Telemetry/Report' },
      ...{ 'content-type': 'application/grpc', te: 'trailers', 'grpc-encoding': 'gzip' },
    });
    let end: unknown;
    const note = (headers: IncomingHttpHeaders) => (end ??= headers['grpc-status']);
    stream.on('response', note).on('trailers', note);
    stream.on('error', () => undefined).resume();
    const frame = Buffer.alloc(5);
    frame.writeUInt8(1, 0);
    frame.writeUInt32BE(bomb.length, 1);
    stream.write(Buffer.concat([frame, bomb]));
    await vi.waitFor(() => {
      expect(end).toBe(String(status.RESOURCE_EXHAUSTED));
    }, soon);
    expect(series('gradwatch_exporter_refused_total{reason="message_size"}')).toBe('1');
  });

  it('ends bytes that are no HTTP/2, and a connection that says nothing', async () => {
    const { listening, address } = await exporter({ frozen_after: 1 });
    const sockets = [0, 1].map(() => connect(listening.address!.port, '127.0.0.1'));
    for (const socket of sockets) socket.on('error', () => undefined).resume();
    undo(() => {
      for (const socket of sockets) socket.destroy();
    });
    sockets[0]!.write('GET / HTTP/1.1\r\n\r\n'.repeat(10));
    await vi.waitFor(() => {
      expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    }, soon);
    const worker = new Worker(address).hello();
    await vi.waitFor(() => {
      expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
  });

  it('ends a call that says no hello', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    undo(() => vi.useRealTimers());
    const { address } = await exporter({ frozen_after: 3600 });
    const [silent, worker] = [new Worker(address), new Worker(address).hello()];
    await vi.waitFor(() => {
      expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitFor(() => {
      expect(silent.end).toEqual({ code: status.FAILED_PRECONDITION, details: 'no Hello came within 10 s' });
    }, soon);
    expect(worker.end).toBeNull();
  });

  it('refuses connections over the limit, and tells workers why', async () => {
    const { address, listening, series } = await exporter({ max_connections: 1 });
    const worker = new Worker(address).hello();
    await vi.waitFor(() => {
      expect(worker.heard('welcome')).toHaveLength(1);
    }, soon);
    const over = new Worker(address).hello({ rank: 1 });
    const single = new protocol.Telemetry(address, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    const refusal = await new Promise<ServiceError | null>((resolve) => {
      single.ReportOnce({}, resolve);
    });
    single.close();
    expect(refusal).toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: expect.stringMatching(/^1 connections/) as string,
    });
    const socket = connect(listening.address!.port, '127.0.0.1')
      .on('error', () => undefined)
      .resume();
    await vi.waitFor(() => {
      expect(over.end).toEqual({
        code: status.RESOURCE_EXHAUSTED,
        details: '1 connections are open, the limit of grpc.max_connections; try again later',
      });
      expect(socket.destroyed).toBe(true);
    }, soon);
    expect(series('gradwatch_exporter_refused_total{reason="connection_limit"}')).toBe('3');
  });

  it('gives the place of a connection on which nobody is known to a new one, and keeps one for the Unix socket', async () => {
    const socket = join(scratch(), 'gradwatch.sock');
    const { address, listening } = await exporter({ max_connections: 2, socket });
    const silent = [0, 1].map(() =>
      connect(listening.address!.port, '127.0.0.1')
        .on('error', () => undefined)
        .resume(),
    );
    await vi.waitFor(() => {
      for (const each of silent) expect(each.readyState).toBe('open');
    }, soon);
    const workers = [0, 1].map((rank) => new Worker(address).hello({ rank }));
    await vi.waitFor(() => {
      for (const worker of workers) expect(worker.heard('welcome')).toHaveLength(1);
      for (const each of silent) expect(each.destroyed).toBe(true);
    }, soon);
    const over = new Worker(address).hello({ rank: 2 });
    const local = new Worker(`unix:${socket}`).hello({ rank: 3 });
    await vi.waitFor(() => {
      expect(over.end?.code).toBe(status.RESOURCE_EXHAUSTED);
      expect(local.heard('welcome')).toHaveLength(1);
    }, soon);
    expect(workers.map(({ end }) => end)).toEqual([null, null]);
  });

  it('reads a rank that reports too fast no faster than it may, loses nothing, and serves the others', async () => {
    const { address, series } = await exporter({ max_steps_per_second: 100 });
    const [flood, other] = [new Worker(address).hello(), new Worker(address).hello({ rank: 1 })];
    const steps = Array.from({ length: 500 }, (_, step) => ({ step, loss: 1 }));
    // The burst and three seconds more, for a busy machine takes its time for the burst.
    for (let sequence = 1; sequence <= 4; sequence += 1)
      flood.batch(sequence, ...steps.map(({ step }) => ({ step: step + 500 * sequence, loss: 1 })));
    flood.batch(5, ...Array.from({ length: 300 }, (_, step) => ({ step: 2_500 + step }))).batch(6, { step: 2_800 });
    other.batch(1, { step: 7 });
    await vi.waitFor(() => {
      expect(other.acknowledged()).toBe(1);
      expect(flood.heard('refusal')[0]).toMatchObject({ reason: 'rate_limit' });
    }, soon);
    expect(flood.heard('refusal')[0]?.message).toMatch(/100 steps per second of grpc\.max_steps_per_second/);
    await vi.waitFor(() => {
      expect(flood.acknowledged()).toBe(6);
    }, soon);
    expect(series('gradwatch_train_steps_total{run="digits",rank="0"}')).toBe('2301');
    expect(Number(series('gradwatch_exporter_refused_total{reason="rate_limit"}'))).toBeGreaterThan(0);
    expect(other.heard('refusal')).toEqual([]);
  });

  it('asks for its token where it has one', async () => {
    const file = join(scratch(), 'token');
    writeFileSync(file, 'correct horse\n'.replace(' ', '-'));
    const { address, series, log } = await exporter({ token_file: file });
    const wrong = [undefined, 'Bearer wrong', 'correct-horse', 'Basic correct-horse'].map((token) =>
      new Worker(address, token).hello(),
    );
    const right = new Worker(address, 'Bearer correct-horse').hello();
    await vi.waitFor(() => {
      expect(wrong.map(({ end }) => end?.code)).toEqual(wrong.map(() => status.UNAUTHENTICATED));
      expect(right.heard('welcome')).toHaveLength(1);
    }, soon);
    expect(series('gradwatch_exporter_refused_total{reason="unauthenticated"}')).toBe('4');
    expect(log.warn.mock.calls.map(([facts]) => facts as unknown)).toEqual([{ reason: 'unauthenticated' }]);
  });

  it('does not listen without the token that it is told to ask for', async () => {
    const folder = scratch();
    await expect(exporter({ token_file: join(folder, 'missing') })).rejects.toThrow('cannot be read');
    writeFileSync(join(folder, 'empty'), '\n');
    await expect(exporter({ token_file: join(folder, 'empty') })).rejects.toThrow('is empty');
  });

  it('names the address that it cannot have', async () => {
    const { address } = await exporter();
    await expect(exporter({ address })).rejects.toThrow(`grpc.address ${address}`);
    await expect(exporter({ address: 'nowhere' })).rejects.toThrow('expected :port, host:port');
  });
});

describe('Ingest and workers of other nodes', () => {
  it('takes them, counts them, and says so once', async () => {
    const { address, series, log } = await exporter();
    const strays = [1, 2].map((rank) => new Worker(address).hello({ rank, node: 'node-b' }));
    const own = new Worker(address).hello({ node: 'node-a.example.org' });
    for (const worker of [...strays, own]) worker.batch(1, { step: 1 });
    await vi.waitFor(() => {
      for (const worker of [...strays, own]) expect(worker.acknowledged()).toBe(1);
    }, soon);
    expect(series('gradwatch_exporter_stray_workers')).toBe('2');
    expect(series('gradwatch_exporter_stray_hellos_total')).toBe('2');
    expect(log.warn).toHaveBeenCalledOnce();
    expect(log.warn.mock.calls[0]?.[0]).toMatchObject({ worker: 'node-b', node: 'node-a' });
    for (const worker of strays) worker.call.write({ goodbye: {} });
    await vi.waitFor(() => {
      expect(series('gradwatch_exporter_stray_workers')).toBe('0');
    }, soon);
  });
});

import { connect, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { exporter, soon, Worker } from '../../test/support/ingest.ts';

describe('Ingest over TCP', () => {
  it('welcomes a worker, takes its steps, acknowledges them, and ends with its goodbye', async () => {
    const { address, series, state } = await exporter();
    const worker = new Worker(address).hello({ framework: 'pytorch 2.9.1', gpu_uuid: 'GPU-1', node: 'node-a' });
    await vi.waitFor(() => {
      expect(worker.heard('welcome')).toEqual([
        {
          ...{ resume_from: 0, max_message_bytes: 65_536, exporter: 'gradwatch 0.1.0', node: 'node-a' },
          protocol_minor: 1,
          limits: expect.objectContaining({ message_bytes: 65_536, extras: 32, steps_per_second: 5_000 }) as unknown,
        },
      ]);
    }, soon);
    expect([state(), series('gradwatch_exporter_workers')]).toEqual(['initializing', '1']);
    worker.batch(1, { step: 1, loss: 2.5, unix_nanos: 1_700_000_000_500_000_000 }, { step: 2, loss: NaN, samples: 32 });
    await vi.waitFor(() => {
      expect(worker.acknowledged()).toBe(1);
    }, soon);
    expect(state()).toBe('healthy');
    expect(series('gradwatch_rank_step{run="digits",rank="0"}')).toBe('2');
    expect(series('gradwatch_train_loss{run="digits",rank="0"}')).toBe('NaN');
    expect(series('gradwatch_train_nonfinite_steps_total{run="digits",rank="0"}')).toBe('1');
    expect([series('gradwatch_exporter_batches_total'), series('gradwatch_exporter_steps_total')]).toEqual(['1', '2']);
    worker.call.write({ batch: { sequence: 2, steps: [{ step: 3, loss: 1 }] } });
    worker.call.write({ goodbye: { ending: 'ENDING_FINISHED' } });
    await vi.waitFor(() => {
      expect(worker.end?.code).toBe(status.OK);
    }, soon);
    expect(worker.acknowledged()).toBe(2);
    expect([state(), series('gradwatch_exporter_workers')]).toEqual(['finished', '0']);
  });

  it.each([
    ['ENDING_FAILED', 'failed'],
    ['ENDING_PREEMPTED', 'preempted'],
    ['ENDING_FINISHED', 'finished'],
  ] as const)('takes a goodbye with %s for %s, with its reason', async (ending, expected) => {
    const { address, state, transitions } = await exporter();
    const worker = new Worker(address).hello();
    worker.call.write({ goodbye: { ending, reason: 'out of\nmemory' } });
    await vi.waitFor(() => {
      expect(worker.end?.code).toBe(status.OK);
    }, soon);
    expect(state()).toBe(expected);
    expect(transitions.at(-1)?.reason).toBe('it said goodbye: out of memory');
  });

  it('takes a stream that is only closed for a lost worker', async () => {
    const { address, state } = await exporter();
    const worker = new Worker(address).hello().batch(1, { step: 1 });
    worker.call.end();
    await vi.waitFor(() => {
      expect(worker.end?.code).toBe(status.OK);
    }, soon);
    expect(state()).toBe('lost');
  });

  it('goes on after a reconnect where it was: duplicates are acknowledged and ignored, gaps counted', async () => {
    const { address, state, series } = await exporter();
    const first = new Worker(address).hello().batch(1, { step: 1 }).batch(2, { step: 2 });
    await vi.waitFor(() => {
      expect(first.acknowledged()).toBe(2);
    }, soon);
    first.call.cancel();
    await vi.waitFor(() => {
      expect(state()).toBe('lost');
    }, soon);
    const second = new Worker(address).hello();
    await vi.waitFor(() => {
      expect(second.heard('welcome')[0]?.resume_from).toBe(2);
    }, soon);
    expect(state()).toBe('healthy');
    second.batch(2, { step: 2 });
    await vi.waitFor(() => {
      expect(second.acknowledged()).toBe(2);
    }, soon);
    second.batch(6, { step: 6 });
    await vi.waitFor(() => {
      expect(second.acknowledged()).toBe(6);
    }, soon);
    expect(series('gradwatch_exporter_duplicates_total')).toBe('1');
    expect(series('gradwatch_exporter_missing_batches_total')).toBe('3');
    expect(series('gradwatch_train_steps_total{run="digits",rank="0"}')).toBe('3');
    expect(series('gradwatch_rank_rollbacks_total{run="digits",rank="0"}')).toBe('0');
  });

  it('lets the same session replace its own half-dead call', async () => {
    const { address, state, series } = await exporter();
    const first = new Worker(address).hello().batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(first.acknowledged()).toBe(1);
    }, soon);
    const second = new Worker(address).hello();
    await vi.waitFor(() => {
      expect(second.heard('welcome')[0]?.resume_from).toBe(1);
      expect(first.end?.code).toBe(status.ALREADY_EXISTS);
    }, soon);
    expect([state(), series('gradwatch_exporter_workers')]).toEqual(['healthy', '1']);
  });
});

describe('Ingest stopping', () => {
  it('acknowledges, ends calls with UNAVAILABLE, and leaves the state of ranks as it was', async () => {
    const { address, ingest, state, transitions } = await exporter();
    const worker = new Worker(address).hello().batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(worker.acknowledged()).toBe(1);
    }, soon);
    await ingest.stop(5);
    await vi.waitFor(() => {
      expect(worker.end?.code).toBe(status.UNAVAILABLE);
    }, soon);
    expect([state(), transitions.length]).toEqual(['healthy', 2]);
    await ingest.stop(5);
  });

  it('cuts a connection that its peer keeps open', async () => {
    const { listening, ingest } = await exporter();
    const socket: Socket = connect(listening.address!.port, '127.0.0.1').on('error', () => undefined);
    await vi.waitFor(() => {
      expect(socket.connecting).toBe(false);
    }, soon);
    await ingest.stop(0.1);
    socket.resume();
    await vi.waitFor(() => {
      expect(socket.destroyed).toBe(true);
    }, soon);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { describe, expect, it, vi } from 'vitest';
import { exporter, soon, undo, Worker } from '../../test/support/ingest.ts';
import { networkTo } from '../../test/support/network-cut.ts';
import type { HelloMessage } from '../protocol/index.ts';

const successor: HelloMessage = { session: 'session-of-successor', attempt: 1 };

/** A worker that took its first step. */
async function training(address: string): Promise<Worker> {
  const worker = new Worker(address).hello().batch(1, { step: 1, loss: 0.5 });
  await vi.waitFor(() => {
    expect(worker.acknowledged()).toBe(1);
  }, soon);
  return worker;
}

/** Says hello again and again, as clients do, until it is welcomed. */
async function comesIn(address: string, hello: HelloMessage): Promise<Worker> {
  for (;;) {
    const worker = new Worker(address).hello(hello);
    await vi.waitFor(() => {
      expect(worker.heard('welcome').length > 0 || worker.end !== null).toBe(true);
    }, soon);
    if (worker.end === null) return worker;
    expect(worker.end.code).toBe(status.UNAVAILABLE);
    worker.client.close();
    await sleep(20);
  }
}

describe('A rank whose worker is alive', () => {
  it('is kept against another session, whatever attempt it claims', async () => {
    const { address, state, series } = await exporter();
    const holder = await training(address);
    const stranger = new Worker(address).hello({ session: 'session-of-stranger' });
    const impostor = new Worker(address).hello({ ...successor, attempt: 4_000_000_000 }).batch(1, { step: 2, loss: 9 });
    await vi.waitFor(() => {
      expect([stranger.end, impostor.end]).toEqual([
        {
          code: status.ALREADY_EXISTS,
          details:
            'another live session holds run "digits" rank 0 with attempt 0; a restarted rank must send a higher attempt',
        },
        {
          code: status.UNAVAILABLE,
          details:
            'a live worker holds run "digits" rank 0 with attempt 0; its place is free when it has ended, or has not answered for 15 s (grpc.frozen_after); try again soon',
        },
      ]);
    }, soon);
    expect(series('gradwatch_exporter_refused_total{reason="session_taken"}')).toBe('1');
    expect(series('gradwatch_exporter_refused_total{reason="rank_held"}')).toBe('1');
    holder.batch(2, { step: 2, loss: 0.25 });
    await vi.waitFor(() => {
      expect(holder.acknowledged()).toBe(2);
    }, soon);
    expect(series('gradwatch_train_loss{run="digits",rank="0"}')).toBe('0.25');
    expect([state(), holder.end, series('gradwatch_exporter_workers')]).toEqual(['healthy', null, '1']);
  });

  it('is had by its successor as soon as its stream has ended', async () => {
    const { address, transitions } = await exporter();
    const holder = await training(address);
    const early = new Worker(address).hello(successor);
    await vi.waitFor(() => {
      expect(early.end?.code).toBe(status.UNAVAILABLE);
    }, soon);
    holder.call.cancel();
    const next = await comesIn(address, successor);
    expect(next.heard('welcome')[0]?.resume_from).toBe(0);
    expect(transitions.map(({ to }) => to)).toEqual(['initializing', 'healthy', 'lost', 'initializing']);
  });

  it('is had by its successor when its node is gone without a word, as soon as pings are not answered', async () => {
    const { address, state, series } = await exporter({ frozen_after: 1 });
    const network = await networkTo(address);
    undo(() => {
      network.close();
    });
    await training(network.address);
    network.cut();
    const next = await comesIn(address, successor);
    next.batch(1, { step: 2, loss: 0.125 });
    await vi.waitFor(() => {
      expect(next.acknowledged()).toBe(1);
    }, soon);
    expect(series('gradwatch_train_loss{run="digits",rank="0"}')).toBe('0.125');
    expect(state()).toBe('healthy');
  });
});

import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { exporter, soon, undo, Worker } from '../../test/support/ingest.ts';

describe('Ingest and processes that die', () => {
  async function process(address: string): Promise<ChildProcess> {
    const child = spawn(globalThis.process.execPath, [
      fileURLToPath(new URL('fixtures/worker.cjs', import.meta.url)),
      address,
    ]);
    undo(() => child.kill('SIGKILL'));
    return Promise.resolve(child);
  }

  it('sees a killed worker at once as lost', async () => {
    const { address, state, transitions } = await exporter();
    const child = await process(address);
    await vi.waitFor(() => {
      expect(state()).toBe('healthy');
    }, soon);
    child.kill('SIGKILL');
    await vi.waitFor(() => {
      expect(state()).toBe('lost');
    }, soon);
    expect(transitions.at(-1)).toMatchObject({
      from: 'healthy',
      to: 'lost',
      reason: 'its stream ended without goodbye',
    });
    expect(transitions.at(-1)?.step).toBeGreaterThan(0);
  });

  it('sees a frozen worker as lost, and alive again when it goes on', async () => {
    const { address, state } = await exporter({ frozen_after: 1 });
    const child = await process(address);
    await vi.waitFor(() => {
      expect(state()).toBe('healthy');
    }, soon);
    child.kill('SIGSTOP');
    await vi.waitFor(() => {
      expect(state()).toBe('lost');
    }, soon);
    child.kill('SIGCONT');
    const again = new Worker(address).hello({ session: 'session-of-process', world_size: 1 });
    await vi.waitFor(() => {
      expect(again.heard('welcome')[0]?.resume_from).toBeGreaterThan(0);
    }, soon);
    expect(state()).toBe('healthy');
  });
});

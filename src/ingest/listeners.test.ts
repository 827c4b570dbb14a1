import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { exporter, scratch, soon, Worker } from '../../test/support/ingest.ts';

describe('Ingest over a Unix socket', () => {
  it('serves workers there, for every user who may enter the folder, and removes it at the end', async () => {
    const folder = scratch();
    const socket = join(folder, 'gradwatch.sock');
    const { ingest, state, listening } = await exporter({ socket, address: 'none' });
    expect(listening).toEqual({ address: null, socket });
    expect(statSync(socket).mode & 0o777).toBe(0o666);
    new Worker(`unix:${socket}`).hello().batch(1, { step: 1 });
    await vi.waitFor(() => {
      expect(state()).toBe('healthy');
    }, soon);
    await ingest.stop(0.2);
    expect(existsSync(socket)).toBe(false);
  });

  it('removes a socket that a dead process left, never one in use, and no other file', async () => {
    const folder = scratch();
    const socket = join(folder, 'gradwatch.sock');
    const child = spawn(process.execPath, [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => console.log('listening'))`,
    ]);
    // The file is there a moment before anybody listens.
    await once(child.stdout, 'data');
    await expect(exporter({ socket })).rejects.toThrow('another process listens');
    child.kill('SIGKILL');
    await vi.waitFor(() => {
      expect(child.signalCode).toBe('SIGKILL');
    }, soon);
    expect(existsSync(socket)).toBe(true);
    await exporter({ socket });
    const file = join(folder, 'precious');
    writeFileSync(file, 'data');
    await expect(exporter({ socket: file })).rejects.toThrow('is no socket');
    expect(existsSync(file)).toBe(true);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { socketPath } from './unix-socket.ts';

describe('socketPath', () => {
  it('is what was configured, wherever that is', () => {
    expect(socketPath('/nowhere/a.sock')).toBe('/nowhere/a.sock');
    expect(socketPath('none')).toBeNull();
  });

  it('is the usual place only where its folder is there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gradwatch-socket-'));
    const usual = join(folder, 'gradwatch.sock');
    expect(socketPath(undefined, usual)).toBe(usual);
    rmSync(folder, { recursive: true });
    expect(socketPath(undefined, usual)).toBeNull();
  });
});

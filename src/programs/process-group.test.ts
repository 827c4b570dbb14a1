import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ProcessGroup, startLeader, type Kill } from './process-group.ts';

let procRoot: string;

beforeEach(() => {
  procRoot = mkdtempSync(join(tmpdir(), 'gradwatch-proc-'));
});

afterEach(() => {
  rmSync(procRoot, { recursive: true });
});

/** The kernel tells so of a process. */
function tells(pid: number, rest: string): void {
  mkdirSync(join(procRoot, String(pid)), { recursive: true });
  writeFileSync(join(procRoot, `${pid}/stat`), `${pid} ${rest}`);
}

const failing =
  (code: string): Kill =>
  () => {
    throw Object.assign(new Error('kill'), { code });
  };

const group = (kill: Kill = () => true): ProcessGroup => new ProcessGroup(42, procRoot, kill);

describe('a group of processes', () => {
  test.each([
    ['its leader', 42, '(nvidia-smi) D 1 42 42 0', true],
    ['one that a script started', 50, '(nvidia-smi) D 42 42 42 0', true],
    ['one with another name', 42, '(a) S 1 42 (b) D 1 42 42 0', true],
    ['nobody: it runs', 42, '(nvidia-smi) S 1 42 42 0', false],
    ['nobody: its name is no state', 42, '(a) D 1 42 (b) S 1 42 42 0', false],
    ['one of another group', 42, '(nvidia-smi) D 1 7 7 0', false],
    ['one of whom nothing is told', 42, '', false],
  ])('that waits inside the kernel is %s', (_, pid, rest, waits) => {
    tells(pid, rest);
    expect(group().waits).toBe(waits);
  });

  test('lives as long as one of its processes does', () => {
    const ours = group();
    tells(42, '(sh) Z 1 42 42 0');
    tells(50, '(nvidia-smi) S 1 42 42 0');
    expect(ours.lives).toBe(true);
    tells(50, '(nvidia-smi) Z 1 42 42 0');
    expect(ours.lives).toBe(false);
    tells(51, '(nvidia-smi) R 1 42 42 0');
    expect(ours.lives).toBe(true);
  });

  test('is gone when no signal finds it, and there when none is allowed, or the kernel does not show it', () => {
    expect(group(failing('ESRCH')).lives).toBe(false);
    expect(group(failing('EPERM')).lives).toBe(true);
    expect(group().lives).toBe(true);
  });

  test('is gone when its last process is reaped before the kernel is asked about it', () => {
    const kill = vi.fn<Kill>().mockReturnValueOnce(true).mockImplementation(failing('ESRCH'));
    expect(group(kill).lives).toBe(false);
  });

  test('is signalled as a whole', () => {
    const kill = vi.fn();
    group(kill).signal('SIGTERM');
    expect(kill.mock.calls).toEqual([[-42, 'SIGTERM']]);
    expect(() => {
      group(failing('ESRCH')).signal('SIGKILL');
    }).not.toThrow();
  });
});

test('a signal reaches what a script started, and the group is gone when all are', async () => {
  const child = startLeader('sh', ['-c', 'sleep 1234 & echo ready; wait']);
  const ours = new ProcessGroup(child.pid ?? 0, '/proc', (pid, signal) => process.kill(pid, signal));
  await once(child.stdout!, 'data');
  expect(ours.lives).toBe(true);
  ours.signal('SIGKILL');
  // Both outputs are closed when nobody holds them any more.
  await once(child, 'close');
  await vi.waitFor(() => {
    expect(ours.lives).toBe(false);
  });
});

test('a group ends with the process that started it, also on an error that nobody caught', async () => {
  const modulePath = JSON.stringify(new URL('../../dist/programs/process-group.js', import.meta.url).href);
  const program = `
    const { startLeader, ProcessGroup, endWithUs } = await import(${modulePath});
    const child = startLeader('sh', ['-c', 'sleep 1234 & echo ready; wait']);
    endWithUs(new ProcessGroup(child.pid, '/proc', (pid, signal) => process.kill(pid, signal)));
    child.stdout.once('data', () => { console.log(child.pid); throw new Error('unforeseen'); });
  `;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  const left = new ProcessGroup(Number(stdout), '/proc', (pid, signal) => process.kill(pid, signal));
  expect(Number(stdout)).toBeGreaterThan(1);
  await vi.waitFor(() => {
    expect(left.lives).toBe(false);
  });
});

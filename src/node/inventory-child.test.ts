import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { ProcessGroup } from '../programs/index.ts';
import { takeInventory } from './inventory-child.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-inventory-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A program in the place of Node. */
function program(name: string, lines: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`, { mode });
  return path;
}

const { signal } = new AbortController();

test.each([
  ['may not be run', program('closed', 'exit 0', 0o644), 'EACCES'],
  ['is not there', join(folder, 'nothing'), 'ENOENT'],
])('a program that %s has a reason of its own, and a sentence', async (_, path, errno) => {
  await expect(takeInventory(signal, path)).rejects.toMatchObject({
    name: 'CollectorError',
    reason: 'not_started',
    message: `the inventory is taken by a process of its own, and ${path} could not be started for it: ${errno}`,
  });
});

test.each([
  [
    "echo '    at x' >&2; echo 'TypeError: no such thing' >&2; exit 3",
    'ended with exit code 3: TypeError: no such thing',
  ],
  ['kill -9 $$', 'was ended by SIGKILL'],
])('a process that fails tells why: %s', async (lines, why) => {
  await expect(takeInventory(signal, program('failing', lines))).rejects.toMatchObject({
    reason: 'failed',
    message: `the process that takes the inventory ${why}`,
  });
});

test('what it started ends with it when it is given up', async () => {
  const leader = join(folder, 'leader');
  const controller = new AbortController();
  const path = program('hanging', `sleep 1234 &\necho $$ > ${leader}.new; mv ${leader}.new ${leader}\nwait`);
  const taking = takeInventory(controller.signal, path);
  await vi.waitUntil(() => existsSync(leader), { timeout: 20_000 });
  const group = new ProcessGroup(Number(readFileSync(leader, 'utf8')), '/proc', (pid, sent) => process.kill(pid, sent));
  expect(group.lives).toBe(true);
  controller.abort();
  await expect(taking).rejects.toThrow('aborted');
  expect(group.lives).toBe(false);
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findOwnCgroup } from './own-cgroup.ts';

let whole: string;
beforeEach(() => {
  whole = mkdtempSync(join(tmpdir(), 'gradwatch-cgroups-'));
  for (const path of ['kubepods/podA/one', 'kubepods/podB/two', 'system.slice'])
    mkdirSync(join(whole, path), { recursive: true });
});
afterEach(() => {
  rmSync(whole, { recursive: true });
});

test('the cgroup of this process is found by its inode, and the root where it has no namespace of its own', async () => {
  expect(await findOwnCgroup(join(whole, 'kubepods/podB/two'), whole)).toBe('/kubepods/podB/two');
  expect(await findOwnCgroup(whole, whole)).toBe('/');
});

test('it is not found where the node is not to be seen', async () => {
  expect(await findOwnCgroup(tmpdir(), whole)).toBeNull();
  expect(await findOwnCgroup('/nowhere', whole)).toBeNull();
  expect(await findOwnCgroup(whole, '/nowhere')).toBeNull();
});

test('links are not followed', async () => {
  symlinkSync(whole, join(whole, 'system.slice/again'));
  expect(await findOwnCgroup(tmpdir(), whole)).toBeNull();
});

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { StateDirectory } from './state-directory.ts';

const root = mkdtempSync(join(tmpdir(), 'gradwatch-directory-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

it('is made with those above it, for its owner alone, and may be there already', async () => {
  const path = join(root, 'a/b/c');
  await new StateDirectory(path).create();
  await new StateDirectory(path).create();
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

it('is not made below a file', async () => {
  writeFileSync(join(root, 'file'), '');
  await expect(new StateDirectory(join(root, 'file/a')).create()).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it.runIf(process.platform === 'linux')('is given up where the kernel takes none', async () => {
  await expect(new StateDirectory('/proc/a/b').create()).rejects.toMatchObject({ code: 'ENOENT' });
});

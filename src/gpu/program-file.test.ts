import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inspectProgram, loaderOf, pathOf } from './program-file.ts';
import { judge } from './verdict.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-program-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** How starting it fails. */
async function failureOf(program: string): Promise<string> {
  const child = spawn(program, [], { stdio: 'ignore', env: { PATH: folder } });
  const [error] = (await once(child, 'error')) as [NodeJS.ErrnoException];
  return error.code ?? '';
}

function write(name: string, bytes: string | Buffer, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  chmodSync(path, mode);
  return path;
}

/** The shell of this machine, which is linked as nvidia-smi is, with a loader that no machine has. */
function withStrangeLoader(): { readonly path: string; readonly loader: string } {
  const loader = loaderOf('/bin/sh') ?? '';
  const strange = loader.replace(/.$/, '9');
  const bytes = readFileSync('/bin/sh');
  bytes.write(strange, bytes.indexOf(`${loader}\0`), 'latin1');
  return { path: write('nvidia-smi', bytes), loader: strange };
}

describe('a program that the kernel does not start', () => {
  test('because it is nowhere', async () => {
    expect(await failureOf(join(folder, 'nvidia-smi'))).toBe('ENOENT');
    expect(inspectProgram(join(folder, 'nvidia-smi'))).toEqual({ kind: 'missing', elsewhere: null });
    expect(inspectProgram('nvidia-smi', folder)).toEqual({ kind: 'missing', elsewhere: null });
    expect(pathOf('nvidia-smi', `/nowhere:${folder}`)).toBeNull();
  });

  test('because it is in a folder that is not searched, where drivers put it within Windows', () => {
    const path = write('nvidia-smi', '#!/bin/sh\n');
    expect(inspectProgram('nvidia-smi', '/nowhere', ['/nowhere/else', folder])).toEqual({
      kind: 'missing',
      elsewhere: path,
    });
  });

  test('because the loader that it names is not there', async () => {
    const { path, loader } = withStrangeLoader();
    expect(loader).toMatch(/^\/lib.*9$/);
    expect(await failureOf(path)).toBe('ENOENT');
    expect(inspectProgram('nvidia-smi', `/nowhere:${folder}`)).toEqual({ kind: 'no_loader', path, loader });
    expect(judge({ kind: 'no_program' }, { program: path, procRoot: folder, hadGpus: false, leftOut: false })).toEqual({
      kind: 'failed',
      reason: 'no_loader',
      message:
        `${path} is there, but ${loader}, which loads it, is missing: ` +
        'nvidia-smi needs an image with glibc, which Alpine and images without libc are not',
    });
  });

  test('because the interpreter of a script is not there', async () => {
    const path = write('nvidia-smi', '#!/nowhere/bash -e\necho\n');
    expect(await failureOf(path)).toBe('ENOENT');
    expect(inspectProgram(path)).toEqual({ kind: 'no_loader', path, loader: '/nowhere/bash' });
  });

  test('because it is not executable', async () => {
    const path = write('nvidia-smi', '#!/bin/sh\n', 0o644);
    expect(await failureOf(path)).toBe('EACCES');
    expect(
      judge({ kind: 'not_permitted' }, { program: path, procRoot: folder, hadGpus: false, leftOut: false }),
    ).toMatchObject({
      kind: 'failed',
      reason: 'not_permitted',
      message: expect.stringContaining(`${path} may not be run (EACCES): make it and its folders executable`) as string,
    });
  });
});

test.each([
  ['nothing', ''],
  ['text', 'hello'],
  ['an ELF header that breaks off', '\x7fELF\x02\x01'],
  ['an ELF header of garbage', `\x7fELF\x02\x01${'\xff'.repeat(300)}`],
  ['an ELF program of 32 bits', `\x7fELF\x01\x01${'\0'.repeat(300)}`],
])('%s names no loader', (_, text) => {
  expect(loaderOf(write('program', Buffer.from(text, 'latin1')))).toBeNull();
});

test('a folder is no program', () => {
  mkdirSync(join(folder, 'nvidia-smi'));
  expect(pathOf('nvidia-smi', folder)).toBeNull();
  expect(loaderOf(folder)).toBeNull();
});

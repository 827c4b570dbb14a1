import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LineOutput } from './line-output.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-lines-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('lines stand one below the other', () => {
  const path = join(folder, 'log');
  const file = openSync(path, 'a');
  const output = new LineOutput(file);
  output.write('one\n');
  output.write('zwölf\n');
  closeSync(file);
  expect([readFileSync(path, 'utf8'), output.lost]).toEqual(['one\nzwölf\n', 0]);
});

test.runIf(process.platform === 'linux')('a disk without room costs the lines, and is not waited for', () => {
  const file = openSync('/dev/full', 'w');
  const output = new LineOutput(file);
  output.write('one\n');
  output.write('two\n');
  closeSync(file);
  expect(output.lost).toBe(2);
});

test('a closed output costs the lines', () => {
  const file = openSync(join(folder, 'log'), 'w');
  closeSync(file);
  const output = new LineOutput(file);
  output.write('one\n');
  expect(output.lost).toBe(1);
});

test.runIf(process.platform === 'linux')(
  'a reader that hangs costs lines until it reads, and tears none together',
  () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const file = openSync(path, 'w');
    const output = new LineOutput(file);
    const line = (name: string) => `${name.repeat(9999)}\n`;
    for (let written = 0; output.lost === 0 && written < 1000; written += 1) output.write(line('a'));
    expect(output.lost).toBe(1);
    const before = drain(reader);
    output.write('b\n');
    const lines = (before + drain(reader)).split('\n');
    expect([lines.slice(-2), output.lost]).toEqual([['b', ''], 1]);
    closeSync(file);
    closeSync(reader);
  },
);

function drain(reader: number): string {
  const buffer = Buffer.alloc(1 << 20);
  let text = '';
  for (;;) {
    try {
      const length = readSync(reader, buffer);
      if (length === 0) return text;
      text += buffer.toString('utf8', 0, length);
    } catch {
      // EAGAIN: there is no more for now.
      return text;
    }
  }
}

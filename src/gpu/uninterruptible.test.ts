import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isUninterruptible } from './uninterruptible.ts';

test.each([
  ['4242 (nvidia-smi) D 1 4242 0', true],
  ['4242 (nvidia-smi) S 1 4242 0', false],
  ['4242 (a) D (b) S 1 4242 0', false],
  ['4242 (a) S (b) D 1 4242 0', true],
  ['', false],
])('%j', (stat, waits) => {
  const folder = mkdtempSync(join(tmpdir(), 'gradwatch-proc-'));
  try {
    mkdirSync(join(folder, '4242'));
    writeFileSync(join(folder, '4242/stat'), stat);
    expect(isUninterruptible(folder, 4242)).toBe(waits);
    expect(isUninterruptible(folder, 4243)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

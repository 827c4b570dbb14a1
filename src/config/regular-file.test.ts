import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readYamlFile, UnreadableFile } from './regular-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-yaml-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function read(bytes: Buffer): string {
  const path = join(folder, 'g.yaml');
  writeFileSync(path, bytes);
  return readYamlFile(path);
}

test('reads UTF-8, whatever its lines', () => {
  expect(read(Buffer.from('\u{feff}a: ü\r\nb: 漢\u{fffd}'))).toBe('\u{feff}a: ü\r\nb: 漢\u{fffd}');
  expect(read(Buffer.alloc(0))).toBe('');
});

test.each([
  ['first line, of two bytes each character', Buffer.from('\u{feff}gpu: {}\n', 'utf16le'), 1],
  ['third line, in Latin-1', Buffer.from('# ue\nsystem:\n  node_name: münchen\ngpu: {}\n', 'latin1'), 3],
  ['last line, cut within a character', Buffer.from('a: 1\nb: ü').subarray(0, -1), 2],
])('refuses what is not UTF-8, and tells the %s', (_, bytes, line) => {
  expect(() => read(bytes)).toThrow(UnreadableFile);
  expect(() => read(bytes)).toThrow(`line ${line} is not UTF-8`);
});

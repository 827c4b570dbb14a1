import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unreadOfDocument, unreadOfLinks, unreadOfQuery, type Unread } from './unread.ts';

// What a folder of captured output of nvidia-smi tells that has no series: GRADWATCH_CAPTURES=folder npx vitest run --project programs test/captures.
const folder = process.env['GRADWATCH_CAPTURES'];

const readers: readonly (readonly [name: RegExp, read: (text: string) => Unread])[] = [
  [/\.xml$/, unreadOfDocument],
  [/query-gpu\.csv$/, unreadOfQuery],
  [/nvlink.*\.txt$/, unreadOfLinks],
];

const files =
  folder === undefined || !existsSync(folder)
    ? []
    : readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));

describe.runIf(folder !== undefined)('captures', () => {
  const readable = files.flatMap((path) => {
    const read = readers.find(([name]) => name.test(path))?.[1];
    return read === undefined ? [] : [{ path, read, name: relative(folder ?? '', path) }];
  });

  test('there are some', () => {
    expect(readable.length).toBeGreaterThan(0);
  });

  test.each(readable)('$name: every figure is read or is known to be none of ours', ({ path, read }) => {
    const { gpus, unread, dropped } = read(readFileSync(path, 'utf8'));
    expect(gpus).toBeGreaterThan(0);
    expect({ unread, dropped }).toEqual({ unread: [], dropped: [] });
  });
});

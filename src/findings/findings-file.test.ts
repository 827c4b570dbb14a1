import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expose, SeriesTable } from '../series/index.ts';
import { FindingsFile } from './findings-file.ts';

let folder: string;
let path: string;
let table: SeriesTable;
let told: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-findings-'));
  path = join(folder, 'findings.jsonl');
  table = new SeriesTable();
  told = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file({ maximumBytes = 1000, kept = 2 } = {}): FindingsFile {
  const log = {
    info: (_: object, line: string) => told.push(line),
    error: (_: object, line: string) => told.push(line),
  };
  return new FindingsFile({ path, maximumBytes, kept, table, log });
}

async function write(to: FindingsFile, ...lines: string[]): Promise<void> {
  for (const line of lines) {
    to.write(`${line}\n`);
    await to.close();
  }
}

const lost = (): string | undefined =>
  /^gradwatch_exporter_findings_log_lost_lines_total (\d+)$/m.exec(expose('text', table.snapshot()))?.[1];

describe('FindingsFile', () => {
  it('appends lines in their order, those of one moment too', async () => {
    const log = file();
    for (const line of ['a\n', 'b\n', 'c\n']) log.write(line);
    await log.close();
    table = new SeriesTable();
    await write(file(), 'd');
    expect(readFileSync(path, 'utf8')).toBe('a\nb\nc\nd\n');
    expect(lost()).toBe('0');
  });

  it('rotates by size and keeps the newest files', async () => {
    await write(file({ maximumBytes: 4 }), 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'longer than a file');
    expect(readdirSync(folder).sort()).toEqual(['findings.jsonl', 'findings.jsonl.1', 'findings.jsonl.2']);
    expect(readFileSync(path, 'utf8')).toBe('longer than a file\n');
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('g\n');
    expect(readFileSync(`${path}.2`, 'utf8')).toBe('e\nf\n');
  });

  it('rotates within lines of one moment too, and leaves no file larger than it may be', async () => {
    const log = file({ maximumBytes: 6, kept: 5 });
    for (const line of ['a', 'b', 'c', 'd', 'longer than a file', 'e', 'f']) log.write(`${line}\n`);
    await log.close();
    const parts = readdirSync(folder).sort().toReversed();
    expect(parts.map((part) => readFileSync(join(folder, part), 'utf8'))).toEqual([
      'a\nb\nc\n',
      'd\n',
      'longer than a file\n',
      'e\nf\n',
    ]);
  });

  it('loses of lines of one moment the one that cannot be written, and keeps what was', async () => {
    const log = file({ maximumBytes: 6 });
    // What is to become of the first file is in the way.
    mkdirSync(`${path}.1`);
    writeFileSync(join(`${path}.1`, 'kept'), '');
    mkdirSync(`${path}.2`);
    writeFileSync(join(`${path}.2`, 'kept'), '');
    for (const line of ['a', 'b', 'c', 'too long', 'd']) log.write(`${line}\n`);
    await log.close();
    expect(readFileSync(path, 'utf8')).toBe('a\nb\nc\n');
    expect(lost()).toBe('2');
  });

  it.runIf(existsSync('/dev/full'))(
    'counts what a full disk takes, tells of it once, and goes on after it',
    async () => {
      symlinkSync('/dev/full', path);
      const log = file();
      await write(log, 'a', 'b');
      expect(lost()).toBe('2');
      expect(told).toEqual(['the log of findings cannot be written; lines are lost until it can']);
      unlinkSync(path);
      await write(log, 'c');
      expect(readFileSync(path, 'utf8')).toBe('c\n');
      expect(told.slice(1)).toEqual(['the log of findings is written again']);
      expect(lost()).toBe('2');
    },
  );

  it('goes on when its folder comes back', async () => {
    const log = file();
    renameSync(folder, `${folder}-away`);
    await write(log, 'a');
    renameSync(`${folder}-away`, folder);
    await write(log, 'b');
    expect(readFileSync(path, 'utf8')).toBe('b\n');
    expect(lost()).toBe('1');
  });

  it('refuses a path that cannot be written to, by the name of its option', () => {
    path = join(folder, 'none', 'findings.jsonl');
    expect(() => file()).toThrow(`log.findings ${path}: cannot be written to (ENOENT)`);
  });
});

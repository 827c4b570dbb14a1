import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventRecord, recordOf } from '../../test/support/event-file.ts';
import { Vocabulary } from '../scalars/index.ts';
import { readRecording, type Row } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-events-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const scalar = (step: number, tag: string, simpleValue: number) =>
  recordOf(eventRecord({ step, wallTime: 1_700_000_000 + step, values: [{ tag, simpleValue }] }));

const name = 'events.out.tfevents.1700000000.host.1.0';

async function read(...records: readonly Buffer[]) {
  return readFile(name, Buffer.concat(records));
}

async function readFile(file: string, bytes: Buffer) {
  mkdirSync(join(folder, 'run-7'));
  const path = join(folder, 'run-7', file);
  writeFileSync(path, bytes);
  const vocabulary = Vocabulary.of([], '--map');
  if ('error' in vocabulary) throw new Error(vocabulary.error);
  const rows: Row[] = [];
  const complaints: string[] = [];
  const unknown = await readRecording(
    path,
    vocabulary.value,
    (row) => rows.push(row),
    (record, error) => complaints.push(`${record}: ${error}`),
  );
  return { rows, complaints, unknown };
}

test('the scalars of a step make one row, also where one comes a little late', async () => {
  const { rows, complaints, unknown } = await read(
    recordOf(Buffer.alloc(0)),
    scalar(1, 'train/loss', 0.5),
    scalar(1, 'train/grad_norm', 2),
    scalar(2, 'train/loss', 0.25),
    scalar(1, 'eval/loss', 0.75),
    scalar(2, 'histogram of something', 1),
  );
  expect(rows).toEqual([
    {
      rank: 0,
      step: 1,
      time: 1_700_000_001,
      values: { loss: 0.5, gradient_norm: 2, validation_loss: 0.75 },
      skipped: false,
    },
    { rank: 0, step: 2, time: 1_700_000_002, values: { loss: 0.25 }, skipped: false },
  ]);
  expect(complaints).toEqual([]);
  expect(unknown).toEqual(['histogram of something']);
});

test('a step that is told again is taken again', async () => {
  const { rows } = await read(scalar(5, 'loss', 1), scalar(6, 'loss', 2), scalar(5, 'loss', 3), scalar(6, 'loss', 4));
  expect(rows.map(({ step, values }) => [step, values.loss])).toEqual([
    [5, 1],
    [6, 2],
    [5, 3],
    [6, 4],
  ]);
});

test('steps are given in their order however long the log is', async () => {
  const { rows } = await read(...Array.from({ length: 300 }, (_, step) => scalar(step, 'loss', step)));
  expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: 300 }, (_, step) => step));
});

test('what is damaged is named, and what follows is read', async () => {
  const damaged = scalar(1, 'loss', 1);
  damaged[14] = damaged[14]! ^ 0xff;
  const { rows, complaints } = await read(damaged, scalar(2, 'loss', 2), scalar(3, 'loss', 3).subarray(0, 20));
  expect(rows.map(({ step }) => step)).toEqual([2]);
  expect(complaints).toEqual([
    '1: the checksum of a record does not fit',
    '3: the file ends within a record, of which it holds 20 bytes',
  ]);
});

test('a file that was packed is read as it was', async () => {
  const { rows, complaints } = await readFile(`${name}.gz`, gzipSync(scalar(1, 'loss', 2)));
  expect(rows.map(({ step, values }) => [step, values.loss])).toEqual([[1, 2]]);
  expect(complaints).toEqual([]);
});

import type { Read, Vocabulary } from '../scalars/index.ts';
import { CsvReader } from './csv.ts';
import { isEventFile, readEventFile } from './event-file.ts';
import { bytesOf } from './file-bytes.ts';
import { JsonLinesReader } from './json-lines.ts';
import type { Line } from './line.ts';
import { linesOf } from './lines.ts';
import type { TimedReadings } from './recorded-machine.ts';
import { rowsOf, timedReadings, type Row } from './row.ts';
import { StepCounter } from './step-counter.ts';
import { readTrainerState } from './trainer-state.ts';

/**
 * Gives every row of a recorded run as it is read, so that a file may be larger than memory.
 * @param complain is told of a line (in an event file: a record) that could not be read; it is left out
 * @param note is told how rows are understood, where that may be another way than was meant
 * @returns names of columns that mean nothing here
 * @throws Error of the file system or of decompression, or where the file is no text or a line of it too long
 */
export async function readRecording(
  path: string,
  vocabulary: Vocabulary,
  take: (row: Row) => void,
  complain: (line: number, error: string) => void,
  note: (sentence: string) => void = () => undefined,
): Promise<readonly string[]> {
  if (isEventFile(path)) return readEventFile(path, vocabulary, take, complain);
  const counter = new StepCounter((line, number) => {
    const rows = 'error' in line ? line : rowsOf(line.value);
    if ('error' in rows) complain(number, rows.error);
    else rows.value.forEach(take);
  });
  try {
    return await readSteps(path, vocabulary, counter, note);
  } finally {
    counter.end();
    if (counter.leftOut !== null) note(counter.leftOut);
  }
}

async function readSteps(
  path: string,
  vocabulary: Vocabulary,
  counter: StepCounter,
  note: (sentence: string) => void,
): Promise<readonly string[]> {
  const give = (line: Read<Line>, number: number): void => {
    counter.take(line, number);
  };
  const state = /\.json(\.gz)?$/i.test(path) ? await readTrainerState(path, vocabulary, give) : null;
  if (state !== null) return state;
  if (isJson(path)) return readLines(path, new JsonLinesReader(vocabulary), give);
  const reader = new CsvReader(vocabulary, 'step');
  const unknown = await readLines(path, reader, give);
  if (reader.byEpochs)
    note('no column tells the step, and each row is taken for one epoch; --map step=COLUMN names it');
  return unknown;
}

/**
 * Gives every moment of a recording of the machine, which is CSV or JSON lines.
 * @param complain is told of a line that could not be read; it is left out
 * @returns names of columns that mean nothing here
 * @throws Error of the file system or of decompression, or where the file is no text or a line of it too long
 */
export async function readMachine(
  path: string,
  vocabulary: Vocabulary,
  take: (readings: TimedReadings) => void,
  complain: (line: number, error: string) => void,
): Promise<readonly string[]> {
  const reader = isJson(path) ? new JsonLinesReader(vocabulary) : new CsvReader(vocabulary, 'time');
  return readLines(path, reader, (line, number) => {
    const readings = 'error' in line ? line : timedReadings(line.value);
    if ('error' in readings) complain(number, readings.error);
    else if (readings.value !== null) take(readings.value);
  });
}

function isJson(path: string): boolean {
  return /\.(jsonl|ndjson|json)(\.gz)?$/i.test(path);
}

/** Gives each line, also one that could not be read, with its number from 1. */
async function readLines(
  path: string,
  reader: CsvReader | JsonLinesReader,
  give: (line: Read<Line>, number: number) => void,
): Promise<readonly string[]> {
  let number = 0;
  for await (const line of linesOf(bytesOf(path))) {
    number += 1;
    if (number === 1 && line.includes('\0'))
      throw new Error('found no text in UTF-8, expected CSV or JSON lines, as they are or as .gz; unpack it first');
    if (line.trim() === '') continue;
    const read = reader.read(number === 1 ? line.replace(/^\uFEFF/, '') : line);
    if (read !== null) give(read, number);
    // Without a header nothing that follows can be understood.
    if (number === 1 && reader instanceof CsvReader && read !== null) break;
  }
  const rest = reader instanceof CsvReader ? reader.end() : null;
  if (rest !== null) give(rest, number);
  return [...reader.unknown];
}

import type { Read, Vocabulary } from '../scalars/index.ts';
import { bytesOf } from './file-bytes.ts';
import { JsonObjects, parseObject } from './json-lines.ts';
import type { Line } from './line.ts';

/** Bytes of the largest file that is read as a whole; a list of some hundred thousand reports is smaller. */
const largest = 64 * 2 ** 20;

/**
 * Gives the reports of a `trainer_state.json`, as the Trainer of Hugging Face saves it with each checkpoint: one object with the list
 * `log_history`.
 * @param give gets each report, also one that could not be read, with its number from 1
 * @returns keys that mean nothing here, or null where the file is none such
 * @throws Error of the file system or of decompression
 */
export async function readTrainerState(
  path: string,
  vocabulary: Vocabulary,
  give: (report: Read<Line>, number: number) => void,
): Promise<readonly string[] | null> {
  const text = await wholeText(path);
  const history = text === null ? null : parseObject(text)?.log_history;
  if (!Array.isArray(history)) return null;
  const objects = new JsonObjects(vocabulary);
  for (const [at, report] of (history as readonly unknown[]).entries()) {
    const read = isObject(report) ? objects.read(report) : { error: 'expected an object in log_history' };
    give(read, at + 1);
  }
  return [...objects.unknown];
}

/** Null where the file, unpacked, is too large. */
async function wholeText(path: string): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytesOf(path) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > largest) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

import { parseEvent, RecordCutter } from '../event-files/index.ts';
import { StepAssembler, type Meaning, type Vocabulary } from '../scalars/index.ts';
import { bytesOf } from './file-bytes.ts';
import { rowOf, type Row } from './row.ts';

/** Whether a file is named as TensorBoard's writers name theirs. */
export function isEventFile(path: string): boolean {
  return /(^|[./\\])tfevents\.[^/\\]*$/.test(path);
}

/**
 * Gives the steps of an event file of TensorBoard, in order, each with all its scalars.
 * @param complain is told of a record that could not be read, by its number from 1
 * @returns tags that mean nothing here
 * @throws Error of the file system or of decompression
 */
export async function readEventFile(
  path: string,
  vocabulary: Vocabulary,
  take: (row: Row) => void,
  complain: (record: number, error: string) => void,
): Promise<readonly string[]> {
  const cutter = new RecordCutter();
  const steps = new StepAssembler(vocabulary, ({ step, time, values, extras: all }) => {
    const extras = new Map([...all].filter(([tag]) => vocabulary.isExtra(tag)));
    if (values.size + extras.size === 0) return;
    const numbers = new Map<Meaning, number>([...values, ['step', step], ['time', time]]);
    const row = rowOf({ numbers, readings: new Map(), extras });
    if ('error' in row) complain(number, row.error);
    else take(row.value);
  });
  let number = 0;
  for await (const chunk of bytesOf(path) as AsyncIterable<Buffer>) {
    for (const cut of cutter.push(chunk)) {
      number += 1;
      if (cut.kind === 'skipped') continue;
      const event = cut.kind === 'record' ? parseEvent(cut.bytes) : null;
      if (event !== null) steps.take(event);
      else complain(number, cut.kind === 'record' ? 'found no event in a record' : cut.problem);
    }
  }
  if (cutter.pending > 0)
    complain(number + 1, `the file ends within a record, of which it holds ${cutter.pending} bytes`);
  steps.close();
  return [...steps.unknown].filter((tag) => !vocabulary.isExtra(tag));
}

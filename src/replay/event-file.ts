import { createReadStream } from 'node:fs';
import { parseEvent, RecordCutter, type Event } from '../event-files/index.ts';
import { rowOf, type Meaning, type Row } from './row.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Tags that are remembered to be reported; a log may have one for every parameter of a network. */
const maxUnknown = 100;
/** Writers put the scalars of a step into events of their own, and those of an evaluation a few steps late. */
const openSteps = 64;

/** Whether a file is named as TensorBoard's writers name theirs. */
export function isEventFile(path: string): boolean {
  return /(^|[./\\])tfevents\.[^/\\]*$/.test(path);
}

/**
 * Gives the steps of an event file of TensorBoard, in order, each with all its scalars.
 * @param complain is told of a record that could not be read, by its number from 1
 * @returns tags that mean nothing here
 * @throws Error of the file system
 */
export async function readEventFile(
  path: string,
  vocabulary: Vocabulary,
  take: (row: Row) => void,
  complain: (record: number, error: string) => void,
): Promise<readonly string[]> {
  const cutter = new RecordCutter();
  const steps = new OpenSteps(vocabulary, take, (error) => {
    complain(number, error);
  });
  let number = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (const cut of cutter.push(chunk)) {
      number += 1;
      const event = cut.kind === 'record' ? parseEvent(cut.bytes) : null;
      if (event !== null) steps.take(event);
      else complain(number, cut.kind === 'record' ? 'found no event in a record' : cut.problem);
    }
  }
  if (cutter.pending > 0)
    complain(number + 1, `the file ends within a record, of which it holds ${cutter.pending} bytes`);
  steps.close();
  return [...steps.unknown];
}

/** Collects the scalars of a step until so many later ones have begun. */
class OpenSteps {
  readonly unknown = new Set<string>();
  readonly #vocabulary: Vocabulary;
  readonly #take: (row: Row) => void;
  readonly #complain: (error: string) => void;
  readonly #open = new Map<number, Map<Meaning, number>>();

  constructor(vocabulary: Vocabulary, take: (row: Row) => void, complain: (error: string) => void) {
    this.#vocabulary = vocabulary;
    this.#take = take;
    this.#complain = complain;
  }

  take({ step, time, scalars }: Event): void {
    for (const [tag, value] of scalars) {
      const meaning = this.#vocabulary.meaningOf(tag);
      if (meaning === undefined) {
        if (this.unknown.size < maxUnknown) this.unknown.add(tag);
        continue;
      }
      // What is told once more of a step is told by a training that went back.
      if (this.#open.get(step)?.has(meaning) === true) this.close();
      this.#numbersOf(step, time).set(meaning, value);
    }
    while (this.#open.size > openSteps) this.#give(Math.min(...this.#open.keys()));
  }

  /** Gives all that is open. */
  close(): void {
    for (const step of [...this.#open.keys()].sort((one, other) => one - other)) this.#give(step);
  }

  #numbersOf(step: number, time: number): Map<Meaning, number> {
    let numbers = this.#open.get(step);
    if (numbers === undefined) {
      numbers = new Map([
        ['step', step],
        ['time', time],
      ]);
      this.#open.set(step, numbers);
    }
    return numbers;
  }

  #give(step: number): void {
    const numbers = this.#open.get(step);
    this.#open.delete(step);
    if (numbers === undefined) return;
    const row = rowOf(numbers);
    if ('error' in row) this.#complain(row.error);
    else this.#take(row.value);
  }
}

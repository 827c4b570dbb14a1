import type { Column, Read } from '../scalars/index.ts';
import { tells, type Line } from './line.ts';

/** Lines by which it is known what counts the steps of a file. */
const sampled = 1000;

/**
 * Takes the steps of a file from one of the columns that count them. Trackers count the calls of a script beside the steps of a training, in rows
 * of their own too; taken for one, two counters look like a training that goes back to a checkpoint again and again.
 *
 * What counts is the column that most lines with something to judge have, of several with as many the one that is believed first.
 */
export class StepCounter {
  readonly #give: (line: Read<Line>, number: number) => void;
  /** Lines that wait until it is known what counts. */
  #held: { readonly line: Read<Line>; readonly number: number }[] | null = [];
  #counts: Column | undefined;
  #leftOut = 0;

  /** @param give gets each line in its order, with its step among its numbers */
  constructor(give: (line: Read<Line>, number: number) => void) {
    this.#give = give;
  }

  /** How many lines have but another counter, in a sentence; null where there is none. */
  get leftOut(): string | null {
    if (this.#counts === undefined || this.#leftOut === 0) return null;
    return (
      `${this.#leftOut} rows do not tell ${this.#counts.name}, which counts the steps of the others, and are left out; ` +
      '--map step=COLUMN names another counter'
    );
  }

  take(line: Read<Line>, number: number): void {
    if (this.#held === null) {
      this.#count(line, number);
      return;
    }
    this.#held.push({ line, number });
    if (this.#held.length === sampled) this.end();
  }

  /** There are no more lines, or enough. */
  end(): void {
    if (this.#held === null) return;
    const held = this.#held;
    this.#held = null;
    this.#counts = mostTold(held.flatMap(({ line }) => ('error' in line ? [] : [line.value])));
    for (const { line, number } of held) this.#count(line, number);
  }

  #count(line: Read<Line>, number: number): void {
    if ('error' in line || line.value.steps.size === 0) {
      this.#give(line, number);
      return;
    }
    const { steps, numbers } = line.value;
    this.#counts ??= mostTold([line.value]);
    const step = this.#counts === undefined ? undefined : steps.get(this.#counts);
    if (step === undefined) this.#leftOut += 1;
    else this.#give({ value: { ...line.value, numbers: new Map([...numbers, ['step', step]]) } }, number);
  }
}

function mostTold(lines: readonly Line[]): Column | undefined {
  const told = new Map<Column, number>();
  for (const line of lines)
    for (const column of line.steps.keys()) told.set(column, (told.get(column) ?? 0) + Number(tells(line)));
  const [most] = [...told].sort(([one, many], [other, more]) => more - many || one.rank - other.rank);
  return most?.[0];
}

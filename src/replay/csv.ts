import { byRank, type Column, type Meaning, type Read, type Vocabulary } from '../scalars/index.ts';
import { cellsOf } from './csv-cells.ts';
import type { Line } from './line.ts';
import { machineColumn, type MachineColumn } from './machine-column.ts';
import { parseNumber } from './row.ts';

/** A column of the step times of one worker, as logs with one line an iteration have them. */
const ofWorker = /^(?:worker|rank)[_-]?(\d{1,4})$/i;
/** A column of a chart that Weights & Biases exports, "run - metric"; of the metric it has a lowest and a highest value, too. */
const ofChart = /^(.+) - (.+?)(?<!__MIN|__MAX)$/;
/** Characters of the longest record that goes on over several lines. */
const longestRecord = 65_536;

interface NamedColumn {
  readonly name: string;
  /** Its place in the line, from 0. */
  readonly index: number;
  readonly column: Column | undefined;
  /** The rank of which the column tells the time of a step; null for a column of any other kind. */
  readonly worker: number | null;
  /** The series of the machine that it holds. */
  readonly machine: MachineColumn | undefined;
  /** It has no meaning and is judged by its name. */
  readonly isExtra: boolean;
}

/**
 * Reads the lines of a CSV file of numbers: a header, then one row a moment, most often a step, or one a step and rank. An empty cell was not
 * measured. Where the header has columns such as worker_0, worker_1, each is the time of a step of that rank, and a line is a row of each.
 */
export class CsvReader {
  readonly unknown = new Set<string>();
  readonly #vocabulary: Vocabulary;
  readonly #needs: Meaning;
  /** In the order in which their names are believed. */
  #columns: readonly NamedColumn[] | null = null;
  #byEpochs = false;
  /** The lines before, of a record that is not over. */
  #begun = '';

  /** @param needs a column without which no line can be understood */
  constructor(vocabulary: Vocabulary, needs: Meaning) {
    this.#vocabulary = vocabulary;
    this.#needs = needs;
  }

  /** There is no column of the step, and one of the epoch in its place, as CSVLogger of Keras writes them: each row is the step of its epoch. */
  get byEpochs(): boolean {
    return this.#byEpochs;
  }

  /** What a line tells; null of the header, and of a line that ends within a quoted cell. */
  read(line: string): Read<Line> | null {
    const record = this.#begun + line;
    const cells = cellsOf(record);
    this.#begun = cells === null ? `${record}\n` : '';
    if (cells === null) return record.length > longestRecord ? this.end() : null;
    if (this.#columns === null) return this.#header(cells);
    if (cells.length !== this.#columns.length) {
      return { error: `found ${cells.length} cells, expected ${this.#columns.length} as in the header` };
    }
    const numbers = new Map<Meaning, number>();
    const steps = new Map<Column, number>();
    const times = new Map<number, number>();
    const readings = new Map<MachineColumn, number>();
    const extras = new Map<string, number>();
    for (const { name, index, column, worker, machine, isExtra } of this.#columns) {
      const cell = cells[index] ?? '';
      const means = worker !== null || machine !== undefined || column !== undefined || isExtra;
      if (cell === '' || !means || (column !== undefined && numbers.has(column.meaning))) continue;
      const value = parseNumber(cell);
      // A name with a star may mean columns of text, too.
      if (value === undefined && isExtra) continue;
      if (value === undefined)
        return { error: `${name}: found ${cell.slice(0, 80)}, expected a number, inf, nan or nothing` };
      if (worker !== null) times.set(worker, value);
      else if (column?.meaning === 'step') steps.set(column, column.convert(value));
      else if (column !== undefined) numbers.set(column.meaning, column.convert(value));
      else if (machine !== undefined) readings.set(machine, value);
      else extras.set(name, value);
      if (this.#byEpochs && column?.meaning === 'epoch') steps.set(column, value);
    }
    return { value: { numbers, steps, times, readings, extras } };
  }

  /** There are no more lines, or no more that may be of this record. */
  end(): Read<Line> | null {
    const begun = this.#begun;
    this.#begun = '';
    return begun === ''
      ? null
      : { error: `found a quoted cell that does not end: ${begun.trim().slice(0, 80)}, expected its closing quote` };
  }

  #header(names: readonly string[]): Read<Line> | null {
    // A chart may show several runs, of which one can be read.
    const [charted] = names.map((name) => ofChart.exec(name)).filter((match) => match !== null);
    const columns = names.map((name, index) => {
      const [, run, metric = ''] = ofChart.exec(name) ?? [];
      const column = this.#vocabulary.find(name) ?? (run === charted?.[1] ? this.#vocabulary.find(metric) : undefined);
      const worker = column === undefined ? ofWorker.exec(name)?.[1] : undefined;
      const machine = column === undefined && worker === undefined ? machineColumn(name) : undefined;
      const means = column !== undefined || worker !== undefined || machine !== undefined;
      const isExtra = !means && this.#vocabulary.isExtra(name);
      if (!means && !isExtra) this.unknown.add(name);
      return { name, index, column, worker: worker === undefined ? null : Number(worker), machine, isExtra };
    });
    this.#columns = columns.toSorted(byRank);
    const needs = this.#needs;
    const has = (meaning: Meaning) => columns.some(({ column }) => column?.meaning === meaning);
    this.#byEpochs = needs === 'step' && !has('step') && has('epoch');
    return has(needs) || this.#byEpochs
      ? null
      : {
          error: `found the columns ${names.join(', ').slice(0, 200)}, expected ${needs} among them; --map ${needs}=COLUMN names it`,
        };
  }
}

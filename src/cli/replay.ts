import { statSync } from 'node:fs';
import {
  inOrder,
  isTelling,
  judgesExtra,
  lineOf,
  pages,
  readEvaluation,
  readMachine,
  readRecording,
  Replay,
  runNames,
  summaryOf,
  Tally,
  type Row,
  type TimedReadings,
} from '../replay/index.ts';
import { Vocabulary } from '../scalars/index.ts';
import type { Configuration } from '../catalogue.ts';
import { writeJson } from '../json.ts';
import { exitCodes, type Command } from './command.ts';
import { configure } from './configuration.ts';

/** Lines that could not be read and are named, by file; more are counted. */
const maxComplaints = 10;

const flags = [
  { name: 'json', takes: 'nothing', help: 'Print every finding as one JSON object a line, when it is over' },
  { name: 'ranks', takes: 'nothing', help: 'The files are the ranks of one run, that of rank 0 first' },
  {
    name: 'machine',
    takes: 'text',
    value: 'FILE',
    help: 'What was recorded of the GPUs and the node meanwhile, CSV or JSON lines with times; may be repeated',
  },
  {
    name: 'map',
    takes: 'text',
    value: 'FIELD=COLUMN',
    help: 'The column, key or tag that holds a field, where it has another name than usual; may be repeated',
  },
] as const;

const usage = `Usage: gradwatch replay [--json] [--ranks] [--machine FILE]... [--map FIELD=COLUMN]... [OPTIONS] FILE...

Judges recorded runs with the detectors of the exporter. A file is CSV, JSON lines, the state of a Trainer of Hugging
Face or an event file of TensorBoard, as it is or as .gz, or an output folder of TensorFlow Model Analysis, and is one
run. Its ranks are compared where a column rank tells them apart, where columns worker_0, worker_1 and so on hold the
times of their steps, or where each has a file of its own (--ranks).

`;

export const replay: Command = {
  name: 'replay',
  summary: 'judges recorded runs: what would have been found, when, and what would have paged',
  flags,
  operands: true,
  run: async (args, environment) => {
    const configured = configure(args, environment, { flags, operands: true });
    if ('help' in configured) {
      process.stdout.write(usage + configured.help);
      return exitCodes.done;
    }
    if ('errors' in configured) return misuse(configured.errors);
    const { configuration, switches, values, operands } = configured;
    if (operands.length === 0) return misuse(['replay takes at least one FILE; --help tells which']);
    const vocabulary = Vocabulary.of(values.get('map') ?? [], '--map', judgesExtra(configuration.detect));
    if ('error' in vocabulary) return misuse([vocabulary.error]);
    const machine = values.get('machine') ?? [];
    if (machine.length > 0 && operands.length > 1 && !switches.has('ranks'))
      return misuse(['--machine is of one run: replay takes one FILE with it, or those of its ranks (--ranks)']);
    let complete = true;
    const runs = switches.has('ranks') ? [operands] : operands.map((path) => [path]);
    const names = runNames(runs.map(([first = '']) => first));
    for (const [at, paths] of runs.entries()) {
      const recorded = { run: names[at] ?? '', paths, machine, vocabulary: vocabulary.value };
      complete = (await replayRun(recorded, configuration, switches.has('json'))) && complete;
    }
    return complete ? exitCodes.done : exitCodes.failed;
  },
};

/** The recordings of one run. */
interface Recorded {
  /** Its name. */
  readonly run: string;
  /** The file of the run, or one of each of its ranks. */
  readonly paths: readonly string[];
  /** Files of what was read of the machine. */
  readonly machine: readonly string[];
  readonly vocabulary: Vocabulary;
}

type ComplainAt = (line: number, error: string) => void;

/** True when every line could be read, and what was recorded of the machine is of the time of the run. */
async function replayRun(
  { run, paths, machine, vocabulary }: Recorded,
  configuration: Configuration,
  json: boolean,
): Promise<boolean> {
  const [path = ''] = paths;
  const tally = new Tally();
  let rows = 0;
  /** Rows that tell something that can be judged. */
  let telling = 0;
  let bad = 0;
  const judge = new Replay(run, configuration, (change) => {
    if (!json) print(lineOf(change, judge.step));
    tally.take(change, judge.step);
  });
  const take = (row: Row) => {
    rows += 1;
    if (isTelling(row)) telling += 1;
    judge.take(row);
  };
  /** Reads a file; what of it cannot be read is named. */
  const read = async (file: string, lines: (complainAt: ComplainAt) => Promise<readonly string[]>) => {
    let badHere = 0;
    try {
      const unknown = await lines((line, error) => {
        badHere += 1;
        if (badHere <= maxComplaints) complain(`${file}:${line}: ${error}`);
      });
      if (unknown.length > 0) complain(`${file}: columns left out: ${unknown.join(', ')}`);
    } catch (error) {
      badHere += 1;
      complain(`${file}: ${(error as Error).message}`);
    }
    if (badHere > maxComplaints)
      complain(`${file}: ${badHere} lines could not be read, of which the first ${maxComplaints} are named`);
    bad += badHere;
  };
  /** Gives the rows of a file as they are read. */
  const readRows = (file: string, give: (row: Row) => void) =>
    read(file, async (complainAt) => {
      if (!statSync(file).isDirectory()) {
        return readRecording(file, vocabulary, give, complainAt, (sentence) => {
          complain(`${file}: ${sentence}`);
        });
      }
      const evaluation = await readEvaluation(file, (records) => {
        bad += records;
        complain(`${file}: ${records} records could not be read`);
      });
      rows += 1;
      telling += 1;
      judge.evaluation(evaluation);
      return [];
    });
  if (!json) print(`run ${run}`);
  const readings: TimedReadings[] = [];
  for (const file of machine)
    await read(file, (complainAt) => readMachine(file, vocabulary, (each) => readings.push(each), complainAt));
  judge.readAlong(readings);
  if (paths.length === 1) await readRows(path, take);
  else {
    const recordings: Row[][] = [];
    for (const file of paths) {
      const ofRank: Row[] = [];
      await readRows(file, (row) => ofRank.push(row));
      recordings.push(ofRank);
    }
    for (const row of inOrder(recordings)) take(row);
  }
  judge.end();
  if (judge.lateEvaluations > 0)
    complain(
      `${path}: ${judge.lateEvaluations} evaluations have a lower step than the training had reached, and were taken at ` +
        'the step it had reached; do they count epochs?',
    );
  if (judge.guessedSteps > 0)
    complain(
      `${path}: neither times nor step_seconds tell how long ${judge.guessedSteps} steps took, and each passed as one second; ` +
        '--map time=COLUMN or --map step_seconds=COLUMN names what does',
    );
  if (telling === 0) {
    if (bad === 0)
      complain(
        `${path}: found nothing to judge in ${rows} rows, expected a step and fields such as loss; --map names them`,
      );
    return false;
  }
  const stray = judge.strayReadings;
  if (stray !== null) complain(`${machine.join(', ')}: ${stray}`);
  if (judge.ranks > 0) complain(`${path}: not judged: ${judge.unjudged.join('; ')}`);
  if (json) {
    for (const { finding, openedStep, worsenedStep } of tally.found)
      print(writeJson({ ...finding, openedStep, worsenedStep, pages: pages(finding) }));
  } else {
    print(summaryOf(run, rows, tally, judge.ranks));
  }
  return bad === 0 && stray === null;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(sentence: string): void {
  process.stderr.write(`gradwatch: ${sentence}\n`);
}

function misuse(errors: readonly string[]): number {
  errors.forEach(complain);
  return exitCodes.usage;
}

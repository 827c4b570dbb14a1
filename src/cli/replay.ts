import { statSync } from 'node:fs';
import { lineOf, pages, readEvaluation, readRecording, Replay, runOf, summaryOf, Tally } from '../replay/index.ts';
import { Vocabulary } from '../scalars/index.ts';
import type { Configuration } from '../catalogue.ts';
import { writeJson } from '../json.ts';
import { exitCodes, type Command } from './command.ts';
import { configure } from './configuration.ts';

/** Lines that could not be read and are named, by file; more are counted. */
const maxComplaints = 10;

const flags = [
  { name: 'json', takes: 'nothing', help: 'Print every finding as one JSON object a line, when it is over' },
  {
    name: 'map',
    takes: 'text',
    value: 'FIELD=COLUMN',
    help: 'The column, key or tag that holds a field, where it has another name than usual; may be repeated',
  },
] as const;

const usage = `Usage: gradwatch replay [--json] [--map FIELD=COLUMN]... [OPTIONS] FILE...

Judges recorded runs with the detectors of the exporter. A file is CSV or JSON lines, as it is or as .gz, an event
file of TensorBoard, or an output folder of TensorFlow Model Analysis, and is one run.

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
    const vocabulary = Vocabulary.of(values.get('map') ?? [], '--map');
    if ('error' in vocabulary) return misuse([vocabulary.error]);
    let complete = true;
    for (const path of operands) {
      complete = (await replayFile(path, vocabulary.value, configuration, switches.has('json'))) && complete;
    }
    return complete ? exitCodes.done : exitCodes.failed;
  },
};

/** True when every line of the file could be read. */
async function replayFile(
  path: string,
  vocabulary: Vocabulary,
  configuration: Configuration,
  json: boolean,
): Promise<boolean> {
  const run = runOf(path);
  const tally = new Tally();
  let rows = 0;
  /** Rows that tell something that can be judged. */
  let telling = 0;
  let bad = 0;
  const judge = new Replay(run, configuration, (change) => {
    if (!json) print(lineOf(change));
    tally.take(change);
  });
  if (!json) print(`run ${run}`);
  try {
    if (statSync(path).isDirectory()) {
      const evaluation = await readEvaluation(path, (records) => {
        bad += records;
        complain(`${path}: ${records} records could not be read`);
      });
      rows += 1;
      telling += 1;
      judge.evaluation(evaluation);
    } else {
      const unknown = await readRecording(
        path,
        vocabulary,
        (row) => {
          rows += 1;
          if (Object.keys(row.values).length > 0) telling += 1;
          judge.take(row);
        },
        (line, error) => {
          bad += 1;
          if (bad <= maxComplaints) complain(`${path}:${line}: ${error}`);
        },
      );
      if (unknown.length > 0) complain(`${path}: columns left out: ${unknown.join(', ')}`);
    }
  } catch (error) {
    bad += 1;
    complain(`${path}: ${(error as Error).message}`);
  }
  judge.end();
  if (judge.lateEvaluations > 0)
    complain(
      `${path}: ${judge.lateEvaluations} evaluations have a lower step than the training had reached, and were taken at ` +
        'the step it had reached; do they count epochs?',
    );
  if (bad > maxComplaints)
    complain(`${path}: ${bad} lines could not be read, of which the first ${maxComplaints} are named`);
  if (telling === 0) {
    if (bad === 0)
      complain(
        `${path}: found nothing to judge in ${rows} rows, expected a step and fields such as loss; --map names them`,
      );
    return false;
  }
  if (json) {
    for (const { finding, worsenedStep } of tally.found)
      print(writeJson({ ...finding, worsenedStep, pages: pages(finding) }));
  } else {
    print(summaryOf(run, rows, tally));
  }
  return bad === 0;
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

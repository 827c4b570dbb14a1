import { expect, it } from 'vitest';
import { runNames } from './run-names.ts';

const eventFile = (time: number) => `events.out.tfevents.${time}.host`;

it.each([
  ['a file', ['/runs/gpt.v2.csv.gz'], ['gpt.v2']],
  ['the folder of an event file', [`/runs/gpt/${eventFile(1)}`], ['gpt']],
  ['an output folder', ['/runs/tfma/'], ['tfma']],
  ['files of several names', ['/a/one.csv', '/b/two.csv'], ['one', 'two']],
  ['files of one name, told apart by their folders', ['a/run.csv', 'b/run.jsonl', 'a/x.csv'], ['a/run', 'b/run', 'x']],
  ['only as much as is needed', ['/1/a/run.csv', '/2/a/run.csv', '/2/b/run.csv'], ['1/a/run', '2/a/run', 'b/run']],
  ['files in the root', ['/run.csv', '/a/run.csv'], ['/run', 'a/run']],
  ['endings, in one folder', ['/a/run.csv', '/a/run.jsonl', '/b/run.csv'], ['run.csv', 'run.jsonl', 'run']],
  ['event files, in one folder', [`/a/${eventFile(1)}`, `/a/${eventFile(2)}`], [eventFile(1), eventFile(2)]],
  ['a folder and a file of its name', ['/a/run', '/a/run.csv'], ['run', 'run.csv']],
  ['a file that is named twice', ['/a/run.csv', '/a/../a/run.csv', '/b/run.csv'], ['a/run', 'a/run', 'b/run']],
])('names runs by %s', (_, paths, names) => {
  expect(runNames(paths)).toEqual(names);
});

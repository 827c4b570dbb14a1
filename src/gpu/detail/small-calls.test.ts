import { expect, it } from 'vitest';
import { CollectorError } from '../../collect/index.ts';
import { SeriesTable } from '../../series/index.ts';
import type { Errand } from './call.ts';
import { rarely, SmallCalls } from './small-calls.ts';

it('asks no GPU by itself any more when three of them hang, and all again after a while', async () => {
  let now = 1000;
  const asked: string[] = [];
  const errand = {
    isStopped: false,
    lines: (args: readonly string[]) => {
      asked.push(args.at(-1) ?? '');
      return Promise.reject(new CollectorError('hung', 'it fell silent'));
    },
  } as unknown as Errand;
  const quietly = () => undefined;
  const logger = { debug: quietly, info: quietly, warn: quietly, error: quietly };
  const calls = new SmallCalls(new SeriesTable(), () => now, logger);
  const gpus = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const round = async () => {
    for (const gpu of gpus) expect(await calls.ask(errand, 'nvlink -s', gpu)).toBeNull();
    now += 30;
  };
  await round();
  await round();
  expect(asked).toEqual(['a', 'b', 'c']);
  now += rarely;
  await round();
  expect(asked).toHaveLength(6);
});

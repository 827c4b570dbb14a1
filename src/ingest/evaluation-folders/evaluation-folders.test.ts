import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as valibot from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runsDefaults } from '../../../test/support/runs-options.ts';
import { writeEvaluation } from '../../../test/support/tfma.ts';
import { Runs, type EvaluationReport, type Observed } from '../../runs/index.ts';
import { expose, SeriesTable } from '../../series/index.ts';
import { EvaluationFolders, evaluationsOptions } from '../index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-evaluations-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const start = 1_800_000_000;

/** A result that was written so many seconds after the start. */
function write(
  path: string,
  after: number,
  ...result: Parameters<typeof writeEvaluation> extends [string, ...infer Rest] ? Rest : never
) {
  const whole = join(folder, path);
  writeEvaluation(whole, ...result);
  for (const name of readdirSync(whole)) utimesSync(join(whole, name), start + after, start + after);
}

function looker() {
  const table = new SeriesTable();
  const clock = { now: start + 1000 };
  const now = () => clock.now;
  const told: Observed<EvaluationReport>[] = [];
  const runs = new Runs({
    table,
    now,
    hold: () => 120,
    options: runsDefaults,
    listener: {
      observation: () => undefined,
      transition: () => undefined,
      runEnded: () => undefined,
      rankForgotten: () => undefined,
      runForgotten: () => undefined,
      evaluation: (report) => told.push(report),
    },
  });
  const folders = new EvaluationFolders({
    ...{ table, runs, now, limits: () => runsDefaults, log: { warn: () => undefined } },
    options: valibot.parse(evaluationsOptions, { directories: folder }),
  });
  return {
    runs,
    clock,
    /** Looks once, and gives what is told of it. */
    beat: async () => {
      told.length = 0;
      clock.now += 1;
      await folders.beat();
      return [...told];
    },
    series: (text: string) => {
      const line = expose('text', table.snapshot())
        .split('\n')
        .find((each) => each.startsWith(`${text} `));
      return line === undefined ? null : Number(line.slice(text.length + 1));
    },
  };
}

it('tells a result once, and again when it is another', async () => {
  write('fraud', 10, { '': { auc: 0.95, example_count: 9 }, 'size:large': { auc: 0.5 } }, [['size:large', 'auc']]);
  const { beat, series } = looker();
  expect(await beat()).toMatchObject([
    {
      ...{ run: 'fraud', rank: 0, dataset: 'tfma', step: null, time: start + 10 },
      slices: [
        { slice: '', samples: 9, metrics: { auc: 0.95, example_count: 9 } },
        { slice: 'size:large', samples: null, metrics: { auc: 0.5 } },
      ],
      failures: [{ metric: 'auc', slice: 'size:large', bound: 'lower', value: 0.5, threshold: 0.9 }],
    },
  ]);
  const ofMetric =
    'gradwatch_train_evaluation_metric{run="fraud",rank="0",dataset="tfma",slice="size:large",metric="auc"}';
  expect(series(ofMetric)).toBe(0.5);
  expect(await beat()).toEqual([]);
  write('fraud', 20, { '': { auc: 0.95 } });
  expect(await beat()).toMatchObject([{ time: start + 20, failures: [] }]);
  expect(series(ofMetric)).toBeNull();
  expect(series('gradwatch_exporter_evaluation_reads_total')).toBe(2);
});

it('of the versions of an evaluation takes the one that was written last', async () => {
  write('fraud/7', 30, { '': { auc: 0.7 } }, [['', 'auc']]);
  write('fraud/12', 20, { '': { auc: 1 } });
  const { beat, series } = looker();
  expect(await beat()).toMatchObject([{ run: 'fraud', time: start + 30 }]);
  write('fraud/13', 40, { '': { auc: 0.99 } });
  expect(await beat()).toMatchObject([{ run: 'fraud', time: start + 40, failures: [] }]);
  expect(series('gradwatch_exporter_evaluation_folders')).toBe(1);
});

it('tells a result that broke thresholds again, so that its finding stays', async () => {
  write('bad', 10, { '': { auc: 0.7 } }, [['', 'auc']]);
  write('good', 10, { '': { auc: 1 } });
  const { beat, clock } = looker();
  expect(await beat()).toHaveLength(2);
  clock.now += 600;
  expect(await beat()).toMatchObject([{ run: 'bad', time: start + 10 }]);
});

it('is a run that is well as long as its folder is there', async () => {
  write('fraud', 10, { '': { auc: 1 } });
  const { beat, runs, clock } = looker();
  await beat();
  clock.now += 200;
  await beat();
  clock.now += 200;
  runs.tick(clock.now);
  expect(runs.find('fraud', 0)?.state).toBe('healthy');
  rmSync(join(folder, 'fraud'), { recursive: true });
  await beat();
  clock.now += 400;
  runs.tick(clock.now);
  expect(runs.find('fraud', 0)?.state).toBe('incomplete');
});

it('belongs to the run of its name where there is one', async () => {
  write('digits', 10, { '': { auc: 1 } });
  const { beat, runs } = looker();
  const rank = runs.join(
    {
      ...{ run: 'digits', session: 'of a worker', rank: 0, worldSize: 1, localRank: null, attempt: 3, node: null },
      ...{ gpuUuid: null, framework: null, model: null, process: null },
      ...{ job: null, role: 'training', parallel: {}, labels: {} },
    },
    false,
  );
  expect(await beat()).toMatchObject([{ run: 'digits', attempt: 3 }]);
  expect(rank.intake.session).toBe('of a worker');
});

it('counts what is wrong', async () => {
  write('none', 10, { '': { auc: 1 } });
  rmSync(join(folder, 'none', 'validations.tfrecord'));
  write('x'.repeat(129), 10, { '': { auc: 1 } });
  write('old', -700_000, { '': { auc: 1 } });
  const { beat, series } = looker();
  expect(await beat()).toMatchObject([{ run: 'none', failures: [] }]);
  const problems = (reason: string) => series(`gradwatch_exporter_evaluation_problems_total{reason="${reason}"}`);
  expect([problems('no_validation'), problems('name_unfit'), problems('unreadable')]).toEqual([1, 1, 0]);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fields, type Field } from '../../src/runs/index.ts';
import { startExporter, type RunningExporter } from '../support/exporter.ts';
import { sleep } from '../support/program.ts';
import { pythonWith } from '../tools/python.ts';
import { startRanks, type Rank, type Recorded } from './trainings/ranks.ts';
import { scrape, type Scrape } from './trainings/scrape.ts';

/**
 * Small networks that are really trained, with each framework that the clients know, all reporting to one exporter at a time: what is
 * scraped while they train, and in the end, is what each script wrote down itself, to the last digit of a double.
 */

const root = resolve(import.meta.dirname, '../..');
const scripts = join(root, 'test/e2e/trainings');
const steps = 64;
/** Seconds between two steps. */
const usualPause = 0.05;

interface Training {
  readonly run: string;
  readonly script: string;
  readonly ranks: number;
  /** Of the Python environment; null: it is no Python. */
  readonly modules: readonly string[] | null;
  readonly environment?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly pause?: number;
}

const keras = (backend: string): Omit<Training, 'modules' | 'ranks'> => ({
  run: `keras-${backend}`,
  script: 'with_keras.py',
  env: { KERAS_BACKEND: backend, TF_CPP_MIN_LOG_LEVEL: '3' },
});

const trainings: readonly Training[] = [
  { run: 'pytorch', script: 'with_pytorch.py', ranks: 2, modules: ['torch'] },
  { ...keras('jax'), ranks: 2, modules: ['keras', 'jax'] },
  { ...keras('torch'), ranks: 1, modules: ['keras', 'torch'] },
  { ...keras('tensorflow'), ranks: 1, modules: ['keras', 'tensorflow'], environment: 'tensorflow' },
  // The first to train: the others load their libraries meanwhile, and leave it little of a small machine.
  { run: 'typescript', script: 'with-typescript.ts', ranks: 2, modules: null, pause: 4 * usualPause },
  { run: 'lightning', script: 'with_lightning.py', ranks: 2, modules: ['lightning'] },
  { run: 'hugging-face', script: 'with_hugging_face.py', ranks: 1, modules: ['transformers', 'accelerate'] },
];

/** Program and script, null where the framework is not installed. */
function command({
  script,
  modules,
  environment,
  pause = usualPause,
}: Training): readonly [string, ...string[]] | null {
  const args = [join(scripts, script), '--steps', String(steps), '--pause', String(pause)];
  if (modules === null) return [process.execPath, '--import', join(root, 'bench/strip-types.cjs'), ...args];
  const python = pythonWith([...modules, 'grpc'], environment);
  return python === null ? null : [python, ...args];
}

/** Fields of which the last value is shown with later steps too, so that it may be of another step than the one that is shown. */
const lasting = new Set(['epoch', 'validation_loss']);

const commands = new Map(trainings.map((training) => [training.run, command(training)]));
const started = new Map<string, readonly Rank[]>();
const scrapes: Scrape[] = [];
const folder = mkdtempSync(join(tmpdir(), 'gradwatch-trainings-'));
let exporter: RunningExporter;

beforeAll(async () => {
  // Windows so short that some are full while these small networks train.
  exporter = await startExporter(['--grpc.socket=none', '--gpu.enabled=false', '--runs.window=1s']);
  for (const { run, ranks: count, env } of trainings) {
    const toRun = commands.get(run);
    if (!toRun) continue;
    const options = { run, count, folder, exporterAddress: exporter.grpcAddress, command: toRun };
    started.set(run, await startRanks({ ...options, ...(env && { env }) }));
  }
  const ranks = [...started.values()].flat();
  const running = () => ranks.some(({ program: { child } }) => child.exitCode === null && child.signalCode === null);
  while (running()) {
    scrapes.push(await scrape(exporter.url));
    await sleep(0.15);
  }
  scrapes.push(await scrape(exporter.url));
  // A bound for what hangs.
}, 10 * 60_000);

afterAll(async () => {
  await Promise.all([...started.values()].flat().map(({ program }) => program.stop()));
  await exporter.stop();
  const told = trainings.map(({ run, ranks }) => {
    const by = started.get(run)?.[0]?.by() ?? 'not installed: skipped';
    return `  ${run.padEnd(18)} ${by}${started.has(run) ? `, ${ranks} rank${ranks > 1 ? 's' : ''}` : ''}`;
  });
  console.log([`trainings, in ${scrapes.length} scrapes:`, ...told].join('\n'));
  rmSync(folder, { recursive: true, force: true });
});

describe.each(trainings)('$run', ({ run, ranks: count }) => {
  const skip = commands.get(run) === null;
  const last = (): Scrape => scrapes.at(-1) ?? new Map<string, number>();
  const everyRank = (judge: (rank: Rank, labels: string, recorded: readonly Recorded[]) => void): void => {
    const ranks = started.get(run) ?? [];
    expect(ranks.length).toBe(count);
    for (const rank of ranks) judge(rank, `{run="${run}",rank="${rank.rank}"}`, rank.steps());
  };

  it.skipIf(skip)('trains to its end', () => {
    everyRank(({ rank, program }, _, recorded) => {
      expect(program.child.exitCode, program.output).toBe(0);
      expect(recorded.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
      const [loss, lossBefore] = [recorded.at(-1), recorded[0]].map((each) => each?.values['loss'] ?? NaN);
      expect(loss).toBeLessThan(lossBefore ?? NaN);
      expect(last().get(`gradwatch_rank_state{run="${run}",rank="${rank}",state="finished"}`)).toBe(1);
    });
  });

  it.skipIf(skip)('is scraped step by step as it recorded itself', () => {
    everyRank((_, labels, recorded) => {
      const seen = new Set<number>();
      for (const samples of scrapes) {
        const step = samples.get(`gradwatch_rank_step${labels}`);
        const values = recorded.find((each) => each.step === step)?.values;
        if (step === undefined || values === undefined) continue;
        const shown = Object.keys(values).flatMap((name) => {
          const value = samples.get(`${fields[name as Field].name}${labels}`);
          return value === undefined || lasting.has(name) ? [] : [[name, value] as const];
        });
        for (const [name, value] of shown) expect(value, `${name} of step ${step}`).toBe(values[name]);
        if (shown.some(([name]) => name === 'loss')) seen.add(step);
      }
      expect(seen.size, `of ${scrapes.length} scrapes`).toBeGreaterThan(2);
    });
  });

  it.skipIf(skip)('is shown in the end with its last step, and all of it counted', () => {
    everyRank((_, labels, recorded) => {
      const of = (name: string): number | undefined => last().get(`${name}${labels}`);
      const newest = recorded.at(-1);
      expect(of('gradwatch_rank_step')).toBe(steps);
      const values = Object.entries(newest?.values ?? {});
      expect(Object.fromEntries(values.map(([name]) => [name, of(fields[name as Field].name)]))).toEqual(
        newest?.values,
      );
      for (const [name, value] of Object.entries(newest?.extras ?? {})) {
        expect(last().get(`gradwatch_train_extra${labels.replace('}', `,name="${name}"}`)}`), name).toBe(value);
      }
      expect(of('gradwatch_train_steps_total')).toBe(steps);
      for (const field of ['samples', 'tokens']) {
        const total = sum(recorded, field);
        // What a script does not record itself, a callback may know.
        if (total > 0) expect(of(`gradwatch_train_${field}_total`), field).toBe(total);
      }
      expect(of('gradwatch_rank_rollbacks_total')).toBe(0);
      expect(of('gradwatch_rank_dropped_steps_total')).toBe(0);
    });
  });

  it.skipIf(skip)('has every step in the histogram and the windows', () => {
    everyRank((_, labels, recorded) => {
      expect(last().get(`gradwatch_train_step_duration_seconds_count${labels}`)).toBe(steps);
      const bound = /^gradwatch_train_step_duration_seconds_bucket\{.*,le="(.*)"\}$/;
      const durations = recorded.flatMap(({ values }) => values['step_seconds'] ?? []);
      for (const [series, value] of durations.length === 0 ? [] : last()) {
        const le = series.includes(labels.slice(0, -1)) ? bound.exec(series)?.[1] : undefined;
        if (le === undefined) continue;
        const limit = Number(le.replace('+Inf', 'Infinity'));
        expect(value, le).toBe(durations.filter((seconds) => seconds <= limit).length);
      }
      const losses = recorded.map(({ values }) => values['loss'] ?? NaN);
      let windows = 0;
      for (const samples of scrapes) {
        const part = (name: string) => samples.get(`gradwatch_train_loss_window_${name}${labels}`);
        const [least, greatest, values] = [part('min'), part('max'), part('values')];
        if (values === undefined) continue;
        windows += 1;
        expect(slices(losses, values), `${values} losses in a row`).toContainEqual([least, greatest]);
      }
      expect(windows).toBeGreaterThan(0);
    });
  });
});

function sum(recorded: readonly Recorded[], field: string): number {
  return recorded.reduce((total, { values }) => total + (values[field] ?? 0), 0);
}

/** Least and greatest of every `length` values in a row. */
function slices(values: readonly number[], length: number): readonly (readonly [number, number])[] {
  const starts = Array.from({ length: values.length - length + 1 }, (_, start) => start);
  return starts.map((start) => {
    const slice = values.slice(start, start + length);
    return [Math.min(...slice), Math.max(...slice)];
  });
}

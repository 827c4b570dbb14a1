import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { follow } from '../support/log-directories.ts';
import { Program, sleep } from '../support/program.ts';
import { pythonWith } from '../tools/python.ts';

/**
 * Event files of the real writers, followed while a real training writes them: every value of the steps that are observed is the one that
 * the reader of TensorBoard finds in the file. About 15 s for each training.
 */

const scripts = resolve(import.meta.dirname, 'event-files');
const pause = '0.1';

/** A scalar as TensorBoard's own reader finds it. */
interface Scalar {
  readonly folder: string;
  readonly tag: string;
  readonly step: number;
  readonly time: number;
  readonly value: number;
}

interface Observed {
  readonly run: string;
  readonly step: number;
  readonly time: number;
  readonly values: Readonly<Record<string, number>>;
}

interface Training {
  readonly script: string;
  readonly args?: readonly string[];
  readonly modules: readonly string[];
  readonly environment?: string;
  readonly run: string;
  /** Of tags of each folder the fields that they hold. */
  readonly fields: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The step that a scalar belongs to, where it is not the one in the file. */
  readonly stepOf?: (scalar: Scalar) => number;
  /** Whether the writer lets others see its file before it closes it. */
  readonly flushes: boolean;
}

const trainings: readonly Training[] = [
  {
    script: 'with_pytorch.py',
    modules: ['torch', 'tensorboard'],
    run: 'torch-run',
    fields: {
      'torch-run': { 'train/loss': 'loss', 'train/grad_norm': 'gradient_norm', 'train/lr': 'learning_rate' },
    },
    flushes: true,
  },
  {
    script: 'with_lightning.py',
    modules: ['lightning', 'tensorboard'],
    run: 'lightning_logs/version_0',
    fields: {
      'lightning_logs/version_0': {
        train_loss: 'loss',
        grad_norm: 'gradient_norm',
        val_loss: 'validation_loss',
        epoch: 'epoch',
      },
    },
    flushes: true,
  },
  {
    script: 'with_hugging_face.py',
    modules: ['transformers', 'accelerate', 'tensorboard'],
    run: 'runs/Nov28_04-37-02_host',
    fields: {
      'runs/Nov28_04-37-02_host': {
        'train/loss': 'loss',
        'train/grad_norm': 'gradient_norm',
        'train/learning_rate': 'learning_rate',
        'eval/loss': 'validation_loss',
      },
    },
    flushes: true,
  },
  {
    script: 'with_keras.py',
    args: ['epoch'],
    modules: ['keras', 'tensorflow', 'tensorboard'],
    environment: 'tensorflow',
    run: 'by-epoch',
    fields: {
      'by-epoch/train': { epoch_loss: 'loss', epoch_learning_rate: 'learning_rate' },
      'by-epoch/validation': { epoch_loss: 'validation_loss' },
    },
    flushes: false,
  },
  {
    script: 'with_keras.py',
    args: ['2'],
    modules: ['keras', 'tensorflow', 'tensorboard'],
    environment: 'tensorflow',
    run: 'by-2',
    fields: {
      'by-2/train': { batch_loss: 'loss' },
      'by-2/validation': { epoch_loss: 'validation_loss' },
    },
    // Six batches of 32 are an epoch.
    stepOf: ({ tag, step }) => (tag.startsWith('epoch_') ? 6 * (step + 1) : step),
    flushes: false,
  },
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-writers-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Follows the files while the training runs, and beyond what a writer may keep back. */
async function observe({ script, args = [] }: Training, python: string) {
  const program = new Program(script, python, [join(scripts, script), folder, pause, ...args]);
  const clock = { now: 0 };
  const { beat, observed, problems, series } = follow(folder, clock);
  const seen: Observed[] = [];
  let whileRunning = 0;
  const look = async (ahead: number): Promise<void> => {
    clock.now = Date.now() / 1000 + ahead;
    await beat();
    seen.push(...observed.map(({ run, step, time, fresh }) => ({ run, step, time, values: fresh })));
  };
  try {
    while (program.child.exitCode === null) {
      await look(0);
      whileRunning = seen.length;
      await sleep(0.05);
    }
    expect(await program.exited(), program.output).toBe(0);
    await look(0);
    await look(600);
  } finally {
    await program.stop();
  }
  const written = program.output
    .split('\n')
    .filter((line) => line.startsWith('{"folder"'))
    .map((line) => JSON.parse(line) as Scalar);
  return { seen, written, whileRunning, problems, series };
}

describe.each(trainings)('$script $args', (training) => {
  const python = pythonWith(training.modules, training.environment);

  it.skipIf(python === null)('is followed while it writes, to the last digit', async () => {
    const { seen, written, whileRunning, problems, series } = await observe(training, python ?? '');
    const { run, fields, stepOf = ({ step }: Scalar) => step } = training;
    const expected = written.flatMap((scalar) => {
      const field = fields[scalar.folder]?.[scalar.tag];
      return field === undefined ? [] : [{ field, step: stepOf(scalar), value: scalar.value }];
    });
    const found = new Map<string, number>();
    for (const { step, values } of seen) {
      for (const [field, value] of Object.entries(values)) found.set(`${field} of step ${step}`, value);
    }
    expect(expected.length).toBeGreaterThan(10);
    for (const { field, step, value } of expected) {
      expect(found.get(`${field} of step ${step}`), `${field} of step ${step}`).toBe(value);
    }
    expect(new Set(seen.map((each) => each.run))).toEqual(new Set([run]));
    expect(new Set(seen.map(({ step }) => step))).toEqual(new Set(expected.map(({ step }) => step)));
    const times = new Set(written.map(({ time }) => time));
    for (const { time } of seen) expect([...times].some((other) => Math.abs(other - time) < 1e-5)).toBe(true);
    if (training.flushes) expect(whileRunning).toBeGreaterThan(5);
    const ofRank = `{run="${run}",rank="0"}`;
    expect(series(`gradwatch_rank_rollbacks_total${ofRank}`) ?? 0).toBe(0);
    for (const reason of ['damaged_record', 'lost_place', 'no_event', 'replaced', 'truncated']) {
      expect(problems(reason), reason).toBe(0);
    }
  });
});

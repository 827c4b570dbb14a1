import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { eventRecord, recordOf } from '../../../test/support/event-file.ts';
import { follow } from '../../../test/support/log-directories.ts';
import type { EventFilesOptions } from '../index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-logs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const start = 1_800_000_000;
const name = 'events.out.tfevents.1800000000.host.1.0';
const version = recordOf(eventRecord({ step: 0, wallTime: start + 0.123456, values: [] }));

function scalar(step: number, tag: string, simpleValue: number, after = step): Buffer {
  return recordOf(eventRecord({ step, wallTime: start + after, values: [{ tag, simpleValue }] }));
}

/** A file in the log directory, which others are appended to. */
function write(path: string, ...records: readonly Buffer[]): string {
  const whole = join(folder, path, name);
  mkdirSync(dirname(whole), { recursive: true });
  appendFileSync(whole, Buffer.concat(records));
  return whole;
}

const follower = (options: Partial<EventFilesOptions> = {}, saved: readonly unknown[] = []) =>
  follow(folder, { now: start + 1000 }, options, saved);

describe('a file that grows', () => {
  it('is told on, step by step, with the times and the last digits of the file', async () => {
    write(
      'run-1',
      version,
      scalar(1, 'train/loss', 0.1),
      scalar(1, 'train/grad_norm', 2),
      scalar(2, 'train/loss', 0.3),
    );
    const { beat, observed, series, transitions } = follower();
    expect(await beat()).toEqual([
      { step: 1, loss: Math.fround(0.1), gradient_norm: 2 },
      { step: 2, loss: Math.fround(0.3) },
    ]);
    expect(observed.map(({ run, rank, time }) => [run, rank, time])).toEqual([
      ['run-1', 0, start + 1],
      ['run-1', 0, start + 2],
    ]);
    expect(await beat()).toEqual([]);
    write('run-1', scalar(2, 'train/grad_norm', 4));
    expect(await beat()).toEqual([{ step: 2, gradient_norm: 4 }]);
    expect(series('gradwatch_train_steps_total{run="run-1",rank="0"}')).toBe(2);
    expect(series('gradwatch_rank_rollbacks_total{run="run-1",rank="0"}') ?? 0).toBe(0);
    expect(series('gradwatch_exporter_event_files')).toBe(1);
    expect(transitions.map(({ to }) => to)).toEqual(['initializing', 'healthy']);
  });

  it('waits for the rest of a record', async () => {
    const record = scalar(3, 'loss', 1);
    const { beat, problems } = follower();
    write('run', version, record.subarray(0, 20));
    expect(await beat()).toEqual([]);
    write('run', record.subarray(20, 30));
    expect(await beat()).toEqual([]);
    write('run', record.subarray(30));
    expect(await beat()).toEqual([{ step: 3, loss: 1 }]);
    expect([problems('lost_place'), problems('damaged_record')]).toEqual([0, 0]);
  });

  it('is taken on by a further file of its writer', async () => {
    write('run', version, scalar(1, 'loss', 1));
    const { beat } = follower();
    await beat();
    const further = join(folder, 'run', 'events.out.tfevents.1800000009.host.1.1');
    writeFileSync(further, Buffer.concat([version, scalar(2, 'loss', 2)]));
    expect(await beat()).toEqual([{ step: 2, loss: 2 }]);
  });

  it('is read in pieces where it is large, the event loop being free in between', async () => {
    const steps = 3000;
    write('run', version, ...Array.from({ length: steps }, (_, step) => scalar(step, 'loss', step)));
    const { beat, series } = follower({ bytes_per_beat: 65_536 });
    const first = await beat();
    expect(first.length).toBeLessThan(steps);
    expect(series('gradwatch_exporter_event_file_backlog_bytes')).toBeGreaterThan(0);
    let turns = 0;
    const count = setInterval(() => (turns += 1), 0);
    const rest: object[] = [];
    for (let more = await beat(); more.length > 0; more = await beat()) rest.push(...more);
    clearInterval(count);
    expect([...first, ...rest].map((each) => (each as { step: number }).step)).toEqual([...Array(steps).keys()]);
    expect(turns).toBeGreaterThan(0);
    expect(series('gradwatch_exporter_event_file_backlog_bytes')).toBe(0);
  });

  it('gives up nothing for an image in between', async () => {
    write('run', version, scalar(1, 'loss', 1), recordOf(Buffer.alloc(3_000_000)), scalar(2, 'loss', 2));
    expect(await follower().beat()).toEqual([
      { step: 1, loss: 1 },
      { step: 2, loss: 2 },
    ]);
  });
});

describe('what is wrong with a file', () => {
  it('is passed over and counted where it is in the middle', async () => {
    const damaged = scalar(1, 'loss', 1);
    damaged[14] = damaged[14]! ^ 0xff;
    write(
      'run',
      version,
      damaged,
      scalar(2, 'loss', 2),
      Buffer.from('no record at all, of any kind'),
      scalar(3, 'loss', 3),
    );
    const { beat, problems, warned } = follower();
    expect(await beat()).toEqual([
      { step: 2, loss: 2 },
      { step: 3, loss: 3 },
    ]);
    expect([problems('damaged_record'), problems('lost_place')]).toEqual([1, 1]);
    expect(warned.every((message) => message.includes(join(folder, 'run', name)))).toBe(true);
  });

  it('is told when it becomes shorter: it goes on where it ends', async () => {
    const path = write('run', version, scalar(1, 'loss', 1), scalar(2, 'loss', 2));
    const { beat, problems } = follower();
    await beat();
    truncateSync(path, version.length + 40);
    expect(await beat()).toEqual([]);
    write('run', scalar(3, 'loss', 3));
    expect(await beat()).toEqual([{ step: 3, loss: 3 }]);
    expect([problems('truncated'), problems('replaced')]).toEqual([1, 0]);
  });

  it('is told when another one takes its place: that one is read from its beginning', async () => {
    const path = write('run', version, scalar(1, 'loss', 1), scalar(2, 'loss', 2));
    const { beat, problems } = follower();
    await beat();
    const other = recordOf(eventRecord({ step: 0, wallTime: start + 77, values: [] }));
    writeFileSync(`${path}.new`, Buffer.concat([other, scalar(7, 'loss', 7, 80), scalar(8, 'loss', 8, 81)]));
    renameSync(`${path}.new`, path);
    expect(await beat()).toEqual([
      { step: 7, loss: 7 },
      { step: 8, loss: 8 },
    ]);
    expect(problems('replaced')).toBe(1);
  });

  it('is no news of a rank when it goes: the run becomes incomplete and is never lost', async () => {
    const path = write('run', version, scalar(1, 'loss', 1));
    utimesSync(path, start + 990, start + 990);
    const { beat, runs, clock } = follower();
    await beat();
    unlinkSync(path);
    await beat();
    clock.now += 1700;
    runs.tick(clock.now);
    expect(runs.find('run', 0)?.state).toBe('healthy');
    clock.now += 200;
    runs.tick(clock.now);
    expect(runs.find('run', 0)?.state).toBe('incomplete');
  });

  it('never holds or stops anything, whatever its bytes are', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(3).map((step) => scalar(step, 'loss', step)),
      fc.constant(recordOf(Buffer.alloc(20), 10n ** 6n)),
      fc.constant(Buffer.alloc(100)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), fc.nat(40), async (pieces, cut) => {
        const path = write('run', version);
        const { beat, runs } = follower();
        for (const each of pieces) {
          appendFileSync(path, each);
          await beat();
        }
        truncateSync(path, cut);
        await beat();
        appendFileSync(path, Buffer.concat([Buffer.from('x'), scalar(1000, 'loss', 1)]));
        await beat();
        expect(runs.find('run', 0)?.endedAt ?? null).toBeNull();
        unlinkSync(path);
      }),
      { numRuns: 60 },
    );
  });
});

describe('many files', () => {
  it('are runs by their folders, with the writers of one merged by time', async () => {
    write('keras/train', version, scalar(0, 'epoch_loss', 4, 10), scalar(1, 'epoch_loss', 3, 20));
    write('keras/validation', version, scalar(0, 'epoch_loss', 5, 11), scalar(1, 'epoch_loss', 6, 21));
    write('lightning_logs/version_3', version, scalar(49, 'train_loss', 2));
    const { beat, runs } = follower();
    const steps = await beat();
    expect(
      runs
        .listRuns()
        .map(({ run }) => run)
        .toSorted(),
    ).toEqual(['keras', 'lightning_logs/version_3']);
    expect(steps.filter((each) => 'epoch' in each)).toEqual([
      { step: 0, epoch: 0, loss: 4, validation_loss: 5 },
      { step: 1, epoch: 1, loss: 3, validation_loss: 6 },
    ]);
  });

  it('of one rank that are behind are read in the order of their events, not one after the other', async () => {
    const many = Array.from({ length: 4000 }, (_, step) => scalar(step, 'loss', 1));
    const late = [1000, 2000, 3000].map((step) => scalar(step, 'loss', 9, step + 0.5));
    write('run/train', version, ...many);
    write('run/eval', version, ...late);
    const { beat, series } = follower({ bytes_per_beat: 65_536 });
    const given: { readonly step: number; readonly validation_loss?: number }[] = [];
    for (let more = await beat(); more.length > 0; more = await beat()) given.push(...(more as typeof given));
    const evaluated = given.filter((each) => each.validation_loss !== undefined).map(({ step }) => step);
    expect(evaluated).toEqual([1000, 2000, 3000]);
    expect(series('gradwatch_rank_rollbacks_total{run="run",rank="0"}') ?? 0).toBe(0);
  });

  it('of validation data wait for what the training wrote before, which may be flushed later', async () => {
    write('run/train', version, scalar(1, 'loss', 1, 900));
    write('run/validation', version, scalar(1, 'loss', 5, 920));
    const { beat, clock } = follower();
    expect(await beat()).toEqual([{ step: 1, loss: 1 }]);
    write('run/train', scalar(2, 'loss', 2, 910), scalar(3, 'loss', 3, 930));
    write('run/validation', scalar(3, 'loss', 6, 940));
    expect(await beat()).toEqual([
      { step: 1, validation_loss: 5 },
      { step: 2, loss: 2 },
      { step: 3, loss: 3 },
    ]);
    clock.now += 300;
    expect(await beat()).toEqual([{ step: 3, validation_loss: 6 }]);
  });

  it('tell their ranks in their paths', async () => {
    write('run/rank_3', version, scalar(1, 'loss', 1));
    write('run/rank_12/train', version, scalar(1, 'loss', 2));
    const { beat, runs } = follower();
    await beat();
    expect(runs.listRuns().map(({ run, ranks }) => [run, ranks.map(({ rank }) => rank)])).toEqual([['run', [3, 12]]]);
  });

  it('are bounded: those that were written last are followed', async () => {
    for (const [at, path] of ['old', 'new', 'newer'].entries()) {
      utimesSync(write(path, version, scalar(1, 'loss', 1)), start + at, start + at);
    }
    const { beat, runs, problems } = follower({ max_files: 2 });
    await beat();
    expect(
      runs
        .listRuns()
        .map(({ run }) => run)
        .toSorted(),
    ).toEqual(['new', 'newer']);
    expect(problems('too_many_files')).toBe(1);
  });

  it('that were written long ago are left alone', async () => {
    utimesSync(write('old', version, scalar(1, 'loss', 1)), start - 5000, start - 5000);
    const { beat, runs } = follower({ max_age: 3600 });
    await beat();
    expect(runs.listRuns()).toEqual([]);
  });

  it('may be read from their end', async () => {
    write('run', version, scalar(1, 'loss', 1));
    const { beat } = follower({ begin: 'end' });
    expect(await beat()).toEqual([]);
    write('run', scalar(2, 'loss', 2));
    write('later', version, scalar(1, 'loss', 3));
    expect(await beat()).toEqual([
      { step: 2, loss: 2 },
      { step: 1, loss: 3 },
    ]);
  });
});

test('a run that a worker tells of is left to it', async () => {
  write('run', version, scalar(1, 'loss', 1));
  const { beat, runs, problems } = follower();
  runs.join(
    {
      ...{ run: 'run', session: 'of a worker', rank: 0, worldSize: 1, localRank: null, attempt: 0, node: null },
      ...{ gpuUuid: null, framework: null, model: null, process: null },
      ...{ job: null, role: 'training', parallel: {}, labels: {} },
    },
    false,
  );
  expect(await beat()).toEqual([]);
  expect(problems('run_taken')).toBe(1);
});

test('after a restart it goes on where the runs were saved', async () => {
  const path = write('run', version, scalar(1, 'loss', 1), scalar(2, 'loss', 2));
  utimesSync(path, start + 1000, start + 1000);
  const before = follower();
  await before.beat();
  const saved = before.save();
  write('run', scalar(3, 'loss', 3));
  await before.beat();
  const after = follower({}, saved);
  expect(after.runs.find('run', 0)?.state).toBe('incomplete');
  expect(await after.beat()).toEqual([{ step: 3, loss: 3 }]);
  expect(after.runs.find('run', 0)?.state).toBe('healthy');
  expect(after.series('gradwatch_train_steps_total{run="run",rank="0"}')).toBe(3);
});

test('an evaluation that is numbered by the epoch is no way back, also after a restart', async () => {
  write('run', version, ...[1000, 1001, 1002].map((step) => scalar(step, 'loss', 1)));
  const before = follower();
  await before.beat();
  write('run', scalar(2, 'val_loss', 0.5, 1003), scalar(1003, 'loss', 1));
  const after = follower({}, before.save());
  expect(await after.beat()).toEqual([
    { step: 1002, validation_loss: 0.5 },
    { step: 1003, loss: 1 },
  ]);
  expect(after.series('gradwatch_rank_rollbacks_total{run="run",rank="0"}') ?? 0).toBe(0);
  expect(after.problems('evaluation_behind')).toBe(1);
});

test('a snapshot of any moment neither loses nor repeats a step', async () => {
  const steps = 4000;
  const records = Array.from({ length: steps }, (_, step) => [scalar(step, 'loss', 1), scalar(step, 'grad_norm', 1)]);
  write('run', version, ...records.flat());
  const before = follower();
  const saved: (readonly unknown[])[] = [];
  const save = setInterval(() => saved.push(before.save()), 0);
  await before.beat();
  clearInterval(save);
  const amid = saved.filter((parts) => parts.length > 0);
  expect(amid.length).toBeGreaterThan(1);
  for (const parts of amid.filter((_, at) => at % Math.ceil(amid.length / 8) === 0)) {
    const after = follower({}, parts);
    await after.beat();
    expect(after.series('gradwatch_train_steps_total{run="run",rank="0"}')).toBe(steps);
    expect(after.series('gradwatch_rank_rollbacks_total{run="run",rank="0"}') ?? 0).toBe(0);
  }
});

test('after a restart a file that does not grow is a rank that is still there', async () => {
  utimesSync(write('run', version, scalar(1, 'loss', 1)), start + 1000, start + 1000);
  const before = follower();
  await before.beat();
  const after = follower({}, before.save());
  expect(await after.beat()).toEqual([]);
  after.clock.now += 150;
  after.runs.tick(after.clock.now);
  expect(after.runs.find('run', 0)?.state).toBe('healthy');
});

test('what means nothing here is shown by its name', async () => {
  write(
    'run',
    version,
    scalar(1, 'loss', 1),
    scalar(1, 'val_accuracy', 0.5),
    scalar(2, 'loss', 1),
    scalar(2, 'acc', 0.75),
  );
  const { beat, series } = follower();
  await beat();
  expect(series('gradwatch_train_extra{run="run",rank="0",name="val_accuracy"}')).toBe(0.5);
  expect(series('gradwatch_train_extra{run="run",rank="0",name="acc"}')).toBe(0.75);
  expect(series('gradwatch_exporter_event_file_unknown_tags')).toBe(2);
});

test('what no step can have is left out and counted', async () => {
  write('run', version, scalar(1, 'loss', NaN), scalar(1, 'grad_norm', -1));
  const { beat, series } = follower();
  expect(await beat()).toEqual([{ step: 1, loss: NaN }]);
  expect(series('gradwatch_exporter_event_file_refused_total{reason="value_invalid"}')).toBe(1);
});

test.each([
  ['tags', ['colour=x'], 'event_files.tags: found colour=x'],
  ['rank_pattern', 'rank(', 'event_files.rank_pattern: found rank(, expected a regular expression'],
  ['rank_pattern', 'rank\\d+', 'event_files.rank_pattern'],
])('an option %s that makes no sense is refused', (option, value, message) => {
  expect(() => follower({ [option]: value })).toThrow(message);
});

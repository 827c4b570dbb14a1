import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as valibot from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import { detectOptions } from '../detect/index.ts';
import { findingsOptions, type Finding } from '../findings/index.ts';
import { Vocabulary } from '../scalars/index.ts';
import { writeEvaluation } from '../../test/support/tfma.ts';
import type { StepValues } from '../runs/index.ts';
import {
  inOrder,
  lineOf,
  pages,
  judgesExtra,
  readEvaluation,
  readRecording,
  Replay,
  summaryOf,
  Tally,
  type Row,
} from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-replay-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const options = {
  detect: valibot.parse(detectOptions, defaultsOf(detectOptions)),
  findings: valibot.parse(findingsOptions, {}),
};

/** Every detector with its defaults. */
function defaultsOf(schema: typeof detectOptions): Record<string, object> {
  return Object.fromEntries(Object.keys(schema.entries).map((kind) => [kind, {}]));
}

async function read(
  name: string,
  text: string | Buffer,
  mappings: readonly string[] = [],
  isExtra?: (name: string) => boolean,
) {
  const path = join(folder, name);
  writeFileSync(path, text);
  const vocabulary = Vocabulary.of(mappings, '--map', isExtra);
  if ('error' in vocabulary) throw new Error(vocabulary.error);
  const rows: Row[] = [];
  const errors: string[] = [];
  const notes: string[] = [];
  const unknown = await readRecording(
    path,
    vocabulary.value,
    (row) => rows.push(row),
    (line, error) => errors.push(`${line}: ${error}`),
    (sentence) => notes.push(sentence),
  );
  return { rows, errors, notes, unknown };
}

describe('a recording', () => {
  it('is read from CSV: an empty cell was not measured, inf and nan are data', async () => {
    const csv = 'step,loss,val_loss,grad_norm,colour\n1,0.5,,inf,red\n2,nan,0.25,1e-3,\n';
    const { rows, errors, unknown } = await read('run.csv.gz', gzipSync(csv));
    expect(rows).toEqual([
      { rank: 0, step: 1, time: null, values: { loss: 0.5, gradient_norm: Infinity }, skipped: false },
      {
        rank: 0,
        step: 2,
        time: null,
        values: { loss: NaN, validation_loss: 0.25, gradient_norm: 0.001 },
        skipped: false,
      },
    ]);
    expect(errors).toEqual([]);
    expect(unknown).toEqual(['colour']);
  });

  it('is read from JSON lines, with what Python makes of values that are not finite', async () => {
    const lines =
      '{"_step":7,"_timestamp":100.5,"train/loss":NaN,"lr":0.1,"x":1}\n{"_step":8,"train/loss":"Infinity"}\n';
    const { rows, unknown } = await read('history.jsonl', lines);
    expect(rows).toEqual([
      { rank: 0, step: 7, time: 100.5, values: { loss: NaN, learning_rate: 0.1 }, skipped: false },
      { rank: 0, step: 8, time: null, values: { loss: Infinity }, skipped: false },
    ]);
    expect(unknown).toEqual(['x']);
  });

  it('is read from the state of a trainer, in one line or many, and not mistaken for lines', async () => {
    const history = [
      { step: 10, loss: 1.5, learning_rate: 1e-4 },
      { step: 20, eval_loss: NaN, colour: 1 },
      { loss: 1 },
      null,
    ];
    const python = (indent: number) =>
      JSON.stringify({ best_metric: null, log_history: history }, null, indent).replace(
        '"eval_loss": null',
        '"eval_loss": NaN',
      );
    const { rows, errors, unknown } = await read('trainer_state.json', python(2));
    expect(rows.map(({ step, values }) => [step, values])).toEqual([
      [10, { loss: 1.5, learning_rate: 1e-4 }],
      [20, { validation_loss: NaN }],
    ]);
    expect(errors).toEqual([
      '3: found no step, expected a whole number in every row; --map step=COLUMN names its column',
      '4: expected an object in log_history',
    ]);
    expect(unknown).toEqual(['colour']);
    expect((await read('flat.json', python(0))).rows).toHaveLength(2);
    expect((await read('trainer_state.json.gz', gzipSync(python(2)))).rows).toEqual(rows);
    expect((await read('lines.json.gz', gzipSync('{"step":1,"loss":2}\n'))).rows).toHaveLength(1);
    expect((await read('lines.json', '{"step":1,"loss":2}\n{"step":2,"loss":2}\n')).rows).toHaveLength(2);
    expect((await read('one.json', '{"step":1,"loss":2}\n')).rows).toHaveLength(1);
  });

  it('is read with mapped names, which take the place of the usual ones', async () => {
    const { rows, unknown } = await read('mapped.csv', 'n,loss,ce\n3,9,1\n', ['step=n', 'loss=ce']);
    expect(rows).toEqual([{ rank: 0, step: 3, time: null, values: { loss: 1 }, skipped: false }]);
    expect(unknown).toEqual(['loss']);
  });

  it.each([
    ['extras.csv', 'step,loss,reward/mean,note,colour\n1,2,3,warm,red\n2,2,,,\n'],
    ['extras.jsonl', '{"step":1,"loss":2,"reward/mean":3,"note":"warm","colour":"red"}\n{"step":2,"loss":2}\n'],
  ])('keeps what means nothing but is judged by its name, numbers alone: %s', async (name, text) => {
    const { rows, errors, unknown } = await read(name, text, [], (column) => /^(reward|note)/.test(column));
    expect(rows).toEqual([
      { rank: 0, step: 1, time: null, values: { loss: 2 }, skipped: false, extras: new Map([['reward/mean', 3]]) },
      { rank: 0, step: 2, time: null, values: { loss: 2 }, skipped: false },
    ]);
    expect(errors).toEqual([]);
    expect(unknown).toEqual(['colour']);
  });

  it.each([
    ['names.csv', '_runtime,train/loss,_timestamp,loss,_step\n5,1,1005,2,7\n6,1,,,8\n'],
    [
      'names.jsonl',
      '{"_runtime":5,"train/loss":1,"_timestamp":1005,"loss":2,"_step":7}\n{"_runtime":6,"train/loss":1,"_step":8}\n',
    ],
  ])(
    'takes of several names of one field the one that is believed first, wherever it stands: %s',
    async (name, text) => {
      const { rows } = await read(name, text);
      expect(rows.map(({ step, time, values }) => [step, time, values])).toEqual([
        [7, 1005, { loss: 2 }],
        [8, 6, { loss: 1 }],
      ]);
    },
  );

  it.each([
    ['counters.csv', '_step,train/global_step,loss\n0,10,2\n1,,\n2,20,1\n'],
    [
      'counters.jsonl',
      '{"train/global_step":10,"_step":0,"loss":2}\n{"_step":1}\n{"train/global_step":20,"_step":2,"loss":1}\n',
    ],
  ])('counts steps by one column, and says how many rows do not have it: %s', async (name, text) => {
    const { rows, errors, notes } = await read(name, text);
    expect(rows.map(({ step }) => step)).toEqual([10, 20]);
    expect(errors).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('1 rows do not tell train/global_step')]);
    expect((await read(name, text, ['step=_step'])).rows.map(({ step }) => step)).toEqual([0, 1, 2]);
  });

  it('takes the step of the trainer in what the WandbLogger of Lightning writes', async () => {
    const { rows } = await read('lightning.csv', '_step,trainer/global_step,train_loss,val_loss\n0,49,2,\n1,99,,1\n');
    expect(rows.map(({ step, values }) => [step, values])).toEqual([
      [49, { loss: 2 }],
      [99, { validation_loss: 1 }],
    ]);
  });

  it('tells ranks apart by a column, and by one column of times of each', async () => {
    const { rows } = await read('ranks.csv', 'step,rank,loss\n5,0,1\n5,1,2\n5,99999,2\n');
    expect(rows.map(({ rank, step, values }) => [rank, step, values])).toEqual([
      [0, 5, { loss: 1 }],
      [1, 5, { loss: 2 }],
    ]);
    const { rows: wide, unknown } = await read('wide.csv', 'iteration,loss,worker_0,worker_1,worker_2\n1,3,4,5,\n');
    expect(wide.map(({ rank, step, values }) => [rank, step, values])).toEqual([
      [0, 1, { loss: 3, step_seconds: 4 }],
      [1, 1, { step_seconds: 5 }],
    ]);
    expect(unknown).toEqual([]);
  });

  it('knows skipped steps by a number or a truth value', async () => {
    const csv = await read('skipped.csv', 'step,loss,skipped\n1,1,0\n2,1,True\n3,1,1\n');
    expect(csv.rows.map(({ skipped }) => skipped)).toEqual([false, true, true]);
    const json = await read('skipped.jsonl', '{"step":1,"skipped":true}\n{"step":2,"skipped":false}\n');
    expect(json.rows.map(({ skipped }) => skipped)).toEqual([true, false]);
  });

  it('is read from CSV with quoted cells that hold commas and line breaks', async () => {
    const { rows, errors } = await read('quoted.csv', '"step","loss","note"\n1,2,"a, b"\n2,"1.5","two\n\nlines"\n');
    expect(rows.map(({ step, values }) => [step, values.loss])).toEqual([
      [1, 2],
      [2, 1.5],
    ]);
    expect(errors).toEqual([]);
    const open = await read('open.csv', 'step,loss,note\n1,2,"a\n2,2,b\n');
    expect(open.errors).toEqual([
      '3: found a quoted cell that does not end: 1,2,"a\n2,2,b, expected its closing quote',
    ]);
    const long = await read('long.csv', `step,loss,note\n1,2,"a\n${'2,2,b\n'.repeat(12_000)}`);
    expect(long.errors[0]).toContain('found a quoted cell that does not end: 1,2,"a');
    expect(long.rows.length).toBeGreaterThan(1000);
  });

  it('is read from a chart that Weights & Biases exports, of its first run', async () => {
    const names = ['Step', 'sun - 3 - train/loss', 'sun - 3 - train/loss__MIN', 'sea - train/loss'];
    const { rows, unknown } = await read('chart.csv', `"${names.join('","')}"\n"4","2","1","7"\n`);
    expect(rows).toMatchObject([{ step: 4, values: { loss: 2 } }]);
    expect(unknown).toEqual(names.slice(2));
  });

  it('goes on after a line that it cannot read, and says what it expected', async () => {
    const { rows, errors } = await read('bad.csv', 'step,loss\n1,high\n2\n2.5,1\n3,1\n');
    expect(rows.map(({ step }) => step)).toEqual([3]);
    expect(errors).toEqual([
      '2: loss: found high, expected a number, inf, nan or nothing',
      '3: found 1 cells, expected 2 as in the header',
      '4: step: found 2.5, expected a whole number from 0',
    ]);
  });

  it('takes the epoch for the step where no column tells that', async () => {
    const { rows, errors } = await read('keras.csv', 'epoch,accuracy,loss,val_loss\n0,0.1,2,3\n1,0.2,1,2\n');
    expect(errors).toEqual([]);
    expect(rows.map(({ step, values }) => [step, values])).toEqual([
      [0, { epoch: 0, loss: 2, validation_loss: 3 }],
      [1, { epoch: 1, loss: 1, validation_loss: 2 }],
    ]);
    const { rows: stepped } = await read('both.csv', 'epoch,step,loss\n0,7,2\n');
    expect(stepped[0]).toMatchObject({ step: 7, values: { epoch: 0 } });
  });

  it('goes no further than a line that is too long to be a row, however it came', async () => {
    const list = Buffer.alloc(17 * 2 ** 20, '{"step":2,"loss":1},');
    const text = Buffer.concat([Buffer.from('{"step":1,"loss":2}\r\n\r\n['), list]);
    const expected =
      "line 3 is longer than 16 MiB and left out with all that follow, expected one row a line; jq -c '.[]'";
    await expect(read('list.jsonl', text)).rejects.toThrow(expected);
    await expect(read('list.jsonl.gz', gzipSync(text))).rejects.toThrow(expected);
    await expect(read('list.csv', list)).rejects.toThrow('line 1 is longer than 16 MiB');
    const long = `${'{"step":1,"loss":2}'.padEnd(15 * 2 ** 20)}\n`;
    expect((await read('long.jsonl', long.repeat(2))).rows).toHaveLength(2);
  });

  it.each([
    ['archive.tar.gz', gzipSync(Buffer.from('run/run.csv\0\0\0step,loss\n1,2\n'))],
    ['packed.jsonl', gzipSync('{"step":1,"loss":2}\n')],
    ['wide.csv', Buffer.from('step,loss\n1,2\n', 'utf16le')],
  ])('says that it is no text: %s', async (name, bytes) => {
    await expect(read(name, bytes)).rejects.toThrow('found no text in UTF-8');
  });

  it('needs a step, and refuses a mapping of what it does not know', async () => {
    const { errors } = await read('stepless.csv', 'loss\n1\n');
    expect(errors).toEqual(['1: found the columns loss, expected step among them; --map step=COLUMN names it']);
    expect(Vocabulary.of(['colour=c'], '--map')).toMatchObject({
      error: expect.stringContaining('found colour=c') as string,
    });
  });

  it('fails when there is none', async () => {
    const vocabulary = Vocabulary.of([], '--map') as { value: Vocabulary };
    const nothing = () => undefined;
    await expect(readRecording(join(folder, 'no.csv.gz'), vocabulary.value, nothing, nothing)).rejects.toThrow(
      'ENOENT',
    );
  });
});

describe('a replay', () => {
  it('finds what a live run would have shown, on the clock of the run', () => {
    const lines: string[] = [];
    const replay = new Replay('made-up', options, (change) => lines.push(lineOf(change, replay.step)));
    for (let step = 1; step <= 400; step += 1) {
      const norm = step === 101 ? 50 : step === 102 ? 5000 : 1 + 0.1 * Math.sin(step);
      replay.take({ rank: 0, step, time: null, values: { gradient_norm: norm, step_seconds: 1 }, skipped: false });
    }
    replay.take({ rank: 0, step: 401, time: null, values: { loss: NaN }, skipped: false });
    replay.end();
    expect(lines).toMatchInlineSnapshot(`
      [
        "step 101  opened  warning  gradient_explosion  The gradient norm of rank 0 reached 50 at step 101, 50 times its usual 1 (limit 8.17 times).",
        "step 101  opened  info  gradient_ratio  The gradient of rank 0 changed at step 101 by 51.7 times its norm of the step before, 0.949 (limit 10, surrogate). (a consequence of made-up-1)",
        "step 102  worsened  critical  gradient_explosion  The gradient norm of rank 0 reached 5000 at step 102, 5000 times its usual 1 (limit 16.4 times), out of range since step 101.",
        "step 222  resolved  info  gradient_ratio  recovered, last seen at step 102",
        "step 222  resolved  critical  gradient_explosion  recovered, last seen at step 102",
        "step 401  opened  warning  non_finite  Rank 0 reported loss NaN at step 401.",
        "step 401  resolved  warning  non_finite  run_ended",
      ]
    `);
  });

  it('judges a column by its name where an option names it', () => {
    const scalar_anomaly = { ...options.detect.scalar_anomaly, series: 'reward*', limits: ['reward/mean<0'] };
    const detect = { ...options.detect, scalar_anomaly };
    expect(['reward/mean', 'colour'].map(judgesExtra(detect))).toEqual([true, false]);
    expect(judgesExtra(options.detect)('reward/mean')).toBe(false);
    const tally = new Tally();
    const replay = new Replay('rewarded', { ...options, detect }, (change) => {
      tally.take(change);
    });
    for (let step = 1; step <= 9; step += 1) {
      const extras = new Map([['reward/mean', step === 7 ? -1 : 1]]);
      replay.take({ rank: 0, step, time: null, values: { step_seconds: 1 }, skipped: false, extras });
    }
    replay.end();
    expect(tally.found.map(({ finding }) => [finding.kind, finding.firstStep, finding.cause])).toEqual([
      ['scalar_anomaly', 7, 'reward/mean of rank 0 is -1 (fixed limit 0).'],
    ]);
  });

  it('ends what is open after the last row, whatever its clock has rounded', () => {
    for (const seconds of [0.1, 0.3, 1 / 3, 0.7]) {
      const tally = new Tally();
      const replay = new Replay('endless', options, (change) => {
        tally.take(change);
      });
      for (let step = 1; step <= 200; step += 1) {
        const loss = step < 150 ? 1 : NaN;
        replay.take({ rank: 0, step, time: null, values: { loss, step_seconds: seconds }, skipped: false });
      }
      replay.end();
      expect(tally.found.map(({ finding }) => finding.resolution)).toEqual(['run_ended']);
      expect(summaryOf('endless', 200, tally)).toMatchInlineSnapshot(`
        "endless: 200 rows, 1 findings, 1 would have paged:
          warning non_finite at step 150 (began at 150), critical from step 151"
      `);
    }
  });

  it('takes rows of one step as one step told in parts, and an evaluation of a lower step as one of the newest', () => {
    // A training that goes back with every evaluation never has two steps in a row that are not finite.
    const summaries = (['together', 'after', 'before', 'by epoch'] as const).map((form) => {
      const tally = new Tally();
      const replay = new Replay('parts', options, (change) => {
        tally.take(change);
      });
      const take = (step: number, values: StepValues) => {
        replay.take({ rank: 0, step, time: null, values, skipped: false });
      };
      for (let step = 1; step <= 40; step += 1) {
        const epoch = step / 10;
        const training = { loss: step < 30 ? 1 : NaN, step_seconds: 1, epoch };
        const evaluation = { validation_loss: 2, epoch };
        if (form === 'together') take(step, { ...training, ...evaluation });
        if (form === 'before') take(step, evaluation);
        if (form !== 'together') take(step, training);
        if (form === 'after') take(step, evaluation);
        if (form === 'by epoch') take(Math.floor(epoch), evaluation);
      }
      replay.end();
      expect(replay.lateEvaluations).toBe(form === 'by epoch' ? 40 : 0);
      return summaryOf('parts', 40, tally);
    });
    expect(summaries[0]).toContain('critical from step 31');
    expect(new Set(summaries).size).toBe(1);
  });

  it('takes no row that tells nothing for a step, not one of another counter either', () => {
    const severities = [false, true].map((between) => {
      const tally = new Tally();
      const replay = new Replay('chatty', options, (change) => {
        tally.take(change);
      });
      for (let step = 1000; step <= 1010; step += 1) {
        const row = { rank: 0, time: null, skipped: false };
        replay.take({ ...row, step, values: { loss: step < 1005 ? 1 : NaN, step_seconds: 1 } });
        if (between) replay.take({ ...row, step: step / 10, values: { epoch: 1 } });
      }
      replay.end();
      return tally.found.map(({ finding: { kind, severity } }) => [kind, severity]);
    });
    expect(severities[1]).toEqual([['non_finite', 'critical']]);
    expect(severities[0]).toEqual(severities[1]);
  });

  it('takes a step that is told again with another value for a return to a checkpoint', () => {
    const tally = new Tally();
    const replay = new Replay('back', options, (change) => {
      tally.take(change);
    });
    // Every row but the first goes back, so that no two values in a row are not finite.
    for (const [at, step] of [30, 30, 29, 29, 28, 28].entries())
      replay.take({ rank: 0, step, time: null, values: { loss: NaN, learning_rate: at }, skipped: false });
    replay.end();
    expect(tally.found.map(({ finding, worsenedStep }) => [finding.severity, worsenedStep])).toEqual([
      ['warning', null],
    ]);
  });

  describe('by the clock of the rows', () => {
    const start = 1_700_000_000;
    /** Rows one second apart, but for one that comes late. */
    function found(late: {
      readonly gap: number;
      readonly times?: boolean;
      readonly values?: StepValues;
      readonly stride?: number;
    }) {
      const { gap, times = true, values = { learning_rate: 1 }, stride = 1 } = late;
      const lines: string[] = [];
      const replay = new Replay('clocked', options, (change) => lines.push(lineOf(change, replay.step)));
      for (let at = 1; at <= 300; at += 1) {
        const seconds = at >= 200 ? at + gap : at;
        const step = at + (at >= 200 ? stride - 1 : 0);
        replay.take({
          ...{ rank: 0, step, skipped: false, values: at === 200 ? values : { learning_rate: 1 } },
          time: times ? start + seconds : null,
        });
      }
      replay.end();
      return { lines, unjudged: replay.unjudged };
    }

    it('finds that no step was taken, when a live exporter would have', () => {
      const { lines, unjudged } = found({ gap: 700 });
      expect(lines).toMatchInlineSnapshot(`
        [
          "step 199  opened  warning  stall  Rank 0 has taken no step for 2 min after step 199; usually one takes at most 1 s.",
          "step 199  worsened  critical  stall  Rank 0 has taken no step for 10 min after step 199; usually one takes at most 1 s.",
          "step 300  resolved  critical  stall  recovered, last seen at step 199",
        ]
      `);
      expect(unjudged.join()).not.toContain('stall');
    });

    it('leaves to an evaluation the time that it may take, and steps without a row theirs', () => {
      expect(found({ gap: 500, values: { validation_loss: 2 } }).lines).toEqual([]);
      expect(found({ gap: 900, values: { validation_loss: 2 } }).lines[0]).toContain('critical  stall');
      expect(found({ gap: 499, stride: 500 }).lines).toEqual([]);
    });

    it('says that it cannot where rows do not tell their time', () => {
      const { lines, unjudged } = found({ gap: 700, times: false });
      expect(lines).toEqual([]);
      expect(unjudged).toContain('stall, out_of_step (no row tells its time, --map time=COLUMN names it)');
      const replay = new Replay('now and then', options, (change) => lines.push(change.finding.kind));
      // As in logs that tell the time at evaluations alone.
      for (let step = 0; step <= 1000; step += 1)
        replay.take({
          rank: 0,
          step,
          time: step % 100 === 0 ? step * 10 : null,
          values: { learning_rate: 1 },
          skipped: false,
        });
      expect(lines).toEqual([]);
      expect(replay.unjudged[0]).toContain('stall, out_of_step (990 of 1001 rows tell no time');
    });

    it('finds a start that took too long, where times count from it', () => {
      const opened = (first: number, step: number) => {
        const lines: string[] = [];
        const replay = new Replay('start', options, (change) => lines.push(lineOf(change, replay.step)));
        replay.take({ rank: 0, step, time: first, values: { learning_rate: 1 }, skipped: false });
        return lines;
      };
      expect(opened(1500, 0)).toEqual([expect.stringContaining('has not taken a first step in 20 min')]);
      expect(opened(1100, 0)).toEqual([]);
      expect(opened(1500, 4000)).toEqual([]);
      expect(opened(start, 0)).toEqual([]);
    });

    it('waits until it knows how long steps take, where rows leave steps out', () => {
      const lines: string[] = [];
      const replay = new Replay('sparse', options, (change) => lines.push(lineOf(change, replay.step)));
      const take = (step: number, time: number) => {
        replay.take({ rank: 0, step, time, values: { validation_loss: 1 }, skipped: false });
      };
      for (let at = 0; at < 8; at += 1) take(1 + 2000 * at, 900 + 1300 * at);
      expect(lines).toEqual([]);
      take(1 + 2000 * 8, 900 + 1300 * 16);
      expect(lines[0]).toContain('stall');
    });

    it('finds a rank that takes no step while others do, or counts other steps', () => {
      const kinds = (rows: (rank: number) => readonly Row[]) => {
        const tally = new Tally();
        const replay = new Replay('apart', options, (change) => {
          tally.take(change);
        });
        for (const row of inOrder([rows(0), rows(1)])) replay.take(row);
        return tally.found.map(({ finding: { kind, subject, cause } }) => [kind, subject.rank, cause.slice(0, 45)]);
      };
      const rows = (length: number, from = 0) =>
        Array.from({ length }, (_, at): Row => ({
          ...{ rank: 0, step: from + at, time: start + at, skipped: false },
          values: { learning_rate: 1 },
        }));
      expect(kinds((rank) => rows(rank === 1 ? 100 : 400))).toEqual([
        ['stall', null, 'Rank 1 has taken no step for 2 min after step'],
      ]);
      expect(kinds((rank) => rows(400, rank === 1 ? 50 : 0))).toEqual([
        ['out_of_step', 0, expect.stringContaining('50 steps behind')],
      ]);
      expect(kinds(() => rows(400))).toEqual([]);
    });
  });

  it('says that a finding pages only where its kind has an alert', () => {
    const finding = { severity: 'warning', consequenceOf: null } as Finding;
    expect(pages({ ...finding, kind: 'gradient_explosion' })).toBe(true);
    expect(pages({ ...finding, kind: 'loss_spike' })).toBe(false);
    expect(pages({ ...finding, kind: 'gradient_explosion', severity: 'info' })).toBe(false);
    expect(pages({ ...finding, kind: 'gradient_explosion', consequenceOf: 'a-1' })).toBe(false);
  });

  it('judges the evaluation in a folder', async () => {
    const evaluated = join(folder, 'fraud');
    writeEvaluation(evaluated, { '': { auc: 0.5 } }, [['', 'auc']]);
    const lines: string[] = [];
    const replay = new Replay('fraud', options, (change) => lines.push(lineOf(change, replay.step)));
    replay.evaluation(await readEvaluation(evaluated, () => undefined));
    replay.end();
    expect(lines).toEqual([
      'step -  opened  warning  evaluation_threshold  The evaluation of fraud on tfma did not keep a threshold: auc of all data is 0.5 (at least 0.9).',
      'step -  resolved  warning  evaluation_threshold  run_ended',
    ]);
    await expect(readEvaluation(folder, () => undefined)).rejects.toThrow('found no metrics-* in this folder');
  });
});

describe('ranks of a recording', () => {
  const times = (rank: number, step: number) => (rank === 3 && step >= 60 ? 2 : 1) + 0.1 * rank + 0.001 * (step % 7);
  const told = (recordings: readonly (readonly Row[])[]) => {
    const tally = new Tally();
    const replay = new Replay('ranks', options, (change) => {
      tally.take(change);
    });
    for (const row of inOrder(recordings)) replay.take(row);
    replay.end();
    return { tally, ranks: replay.ranks };
  };
  const recordings = (from: number) =>
    Array.from({ length: 4 }, (_, rank) =>
      Array.from({ length: 100 }, (__, at): Row => ({
        ...{ rank: 0, step: from + at, time: null, skipped: false },
        values: { step_seconds: times(rank, at) },
      })),
    );

  it('are compared, and the summary names the one that is slow', () => {
    const { tally, ranks } = told(recordings(0));
    expect(ranks).toBe(4);
    const paging = tally.found.map(({ finding }) => finding).filter(pages);
    expect(paging.map(({ kind, subject }) => [kind, subject.rank])).toEqual([['straggler', 3]]);
    expect(summaryOf('ranks', 400, tally, ranks)).toContain('warning straggler of rank 3 at step 64 (began at 60)');
  });

  it('are put in the order of their steps, and keep a return to a checkpoint', () => {
    const rows = (...steps: readonly number[]) =>
      steps.map((step): Row => ({ rank: 0, step, time: null, values: {}, skipped: false }));
    expect([...inOrder([rows(1, 2, 1), rows(1, 3)])].map(({ rank, step }) => `${rank}:${step}`)).toEqual([
      '0:1',
      '1:1',
      '0:2',
      '0:1',
      '1:3',
    ]);
  });
});

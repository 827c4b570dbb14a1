import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Program } from '../support/program.ts';

/** The built program. `npm run test:programs` builds it. */
const main = resolve(import.meta.dirname, '../../dist/main.js');
const folder = mkdtempSync(join(tmpdir(), 'gradwatch-replay-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function replay(text: string, ...flags: readonly string[]) {
  const path = join(folder, 'run.csv');
  writeFileSync(path, text);
  const program = new Program('gradwatch', process.execPath, [main, 'replay', ...flags, path], { env: {} });
  return { code: await program.exited(), output: program.output };
}

const endless = [
  'step,loss,step_seconds',
  ...Array.from({ length: 30 }, (_, at) => `${at},${at < 20 ? 1 : 'nan'},1`),
].join('\n');

describe('gradwatch replay', () => {
  it('counts and prints what is open at the last row', async () => {
    const { code, output } = await replay(endless);
    expect(code).toBe(0);
    expect(output).toContain(
      'run: 30 rows, 1 findings, 1 would have paged:\n  warning non_finite at step 20 (began at 20), critical from step 21\n',
    );
    const { output: json } = await replay(endless, '--json');
    const finding = json.split('\n').find((line) => line.startsWith('{')) ?? '';
    expect(JSON.parse(finding)).toMatchObject({ kind: 'non_finite', worsenedStep: 21, pages: true });
  });

  it('says that it guesses the time where none is told', async () => {
    const { code, output } = await replay('step,loss\n1,2\n11,2\n');
    expect(code).toBe(0);
    expect(output).toContain(
      'neither times nor step_seconds tell how long 10 steps took, and each passed as one second',
    );
    expect((await replay(endless)).output).not.toContain('passed as one second');
  });

  it('finds a stall by the times of the rows, and says what it could not judge without them', async () => {
    const rows = Array.from({ length: 60 }, (_, at) => `${at},0.1,${at < 40 ? at : at + 400}`);
    const timed = await replay(['step,lr,time_s', ...rows].join('\n'));
    expect(timed.output).toContain('step 39  opened  warning  stall  Rank 0 has taken no step for 2 min after step 39');
    expect(timed.output).toContain('not judged: worker_lost (no recording tells how a process ended)');
    const untimed = await replay(['step,lr,ignored', ...rows].join('\n'));
    expect(untimed.output).toContain('0 findings');
    expect(untimed.output).toContain('not judged: stall, out_of_step (no row tells its time');
  });

  it('takes rows of epochs for steps, and says so', async () => {
    const rows = Array.from(
      { length: 12 },
      (_, at) => `${at},${1 / (1 + at)},${at < 4 ? 1 - 0.1 * at : 0.6 + 0.1 * (at - 3)}`,
    );
    const { code, output } = await replay(['epoch,loss,val_loss', ...rows].join('\n'));
    expect(code).toBe(0);
    expect(output).toContain('no column tells the step, and each row is taken for one epoch');
    expect(output).toMatch(/step \d+ {2}opened {2}warning {2}overfitting/);
  });

  it('reads what was recorded of the machine, of one run alone', async () => {
    const machine = join(folder, 'machine.csv');
    const name = '"gradwatch_gpu_temperature_margin_celsius{gpu=""0""}"';
    writeFileSync(machine, [`time,${name}`, ...Array.from({ length: 50 }, (_, at) => `${at * 5},1`)].join('\n'));
    const rows = Array.from({ length: 60 }, (_, at) => `${at},0.1,${at * 4}`);
    const { output } = await replay(['step,lr,time_s', ...rows].join('\n'), '--machine', machine);
    expect(output).toContain('opened  warning  gpu_hot');
    const later = rows.map((row) => row.replace(/\d+$/, (time) => String(Number(time) + 1_700_000_000)));
    const strange = await replay(['step,lr,time_s', ...later].join('\n'), '--machine', machine);
    expect(strange.code).toBe(1);
    expect(strange.output).toContain(
      'the readings from 0 to 245 s lie outside of the times of the rows, 1700000000 to',
    );
    const two = await replay('step\n', '--machine', machine, machine);
    expect(two.code).toBe(2);
    expect(two.output).toContain('--machine is of one run');
  });

  it('tells runs of the same file name apart', async () => {
    const paths = ['one', 'two'].map((name) => {
      const path = join(folder, name, 'run.csv');
      mkdirSync(join(folder, name));
      writeFileSync(path, endless);
      return path;
    });
    const replayBoth = async (...flags: readonly string[]) => {
      const program = new Program('gradwatch', process.execPath, [main, 'replay', ...flags, ...paths], { env: {} });
      expect(await program.exited()).toBe(0);
      return program.output;
    };
    expect(await replayBoth()).toMatch(/^run one\/run$[^]*^one\/run: 30 rows[^]*^run two\/run$[^]*^two\/run: 30 rows/m);
    const lines = (await replayBoth('--json')).split('\n').filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { id: 'one/run-1', subject: { run: 'one/run' } },
      { id: 'two/run-1', subject: { run: 'two/run' } },
    ]);
  });

  it('fails where nothing could be judged', async () => {
    for (const [text, rows] of [
      ['', 0],
      ['step,colour\n1,2\n', 1],
    ] as const) {
      const { code, output } = await replay(text);
      expect(code).toBe(1);
      expect(output).toContain(`found nothing to judge in ${rows} rows`);
      expect(output).not.toContain('0 findings');
    }
  });

  it('takes the files of ranks for one run, and names the rank that is slow', async () => {
    const files = [0, 1, 2].map((rank) => {
      const path = join(folder, `rank-${rank}.csv`);
      const lines = Array.from(
        { length: 100 },
        (_, at) => `${at},${(rank === 1 && at >= 60 ? 2.5 : 1) + (at % 5) / 1000}`,
      );
      writeFileSync(path, ['step,step_seconds', ...lines].join('\n'));
      return path;
    });
    const program = new Program('gradwatch', process.execPath, [main, 'replay', '--ranks', ...files], { env: {} });
    expect(await program.exited()).toBe(0);
    expect(program.output).toMatch(/^rank-0: 300 rows, \d findings, 1 would have paged:$/m);
    expect(program.output).toContain('  critical straggler of rank 1 at step 64 (began at 60)');
  });

  it('says that evaluations have steps of their own', async () => {
    const { code, output } = await replay('step,loss,val_loss\n100,1,\n1,,2\n');
    expect(code).toBe(0);
    expect(output).toContain('1 evaluations have a lower step than the training had reached');
  });
});

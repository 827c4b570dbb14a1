import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as valibot from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import { detectOptions } from '../detect/index.ts';
import { findingsOptions } from '../findings/index.ts';
import { Vocabulary } from '../scalars/index.ts';
import { lineOf, readMachine, readRecording, Replay, summaryOf, Tally, type Row, type TimedReadings } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-machine-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const options = {
  detect: valibot.parse(
    detectOptions,
    Object.fromEntries(Object.keys(detectOptions.entries).map((kind) => [kind, {}])),
  ),
  findings: valibot.parse(findingsOptions, {}),
};
const start = 1_700_000_000;

function write(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
}

/** What is found in a recording of a run, and one of its machine. */
async function found(rows: string, machine?: string) {
  const vocabulary = Vocabulary.of([], '--map') as { value: Vocabulary };
  const errors: string[] = [];
  const complain = (line: number, error: string) => errors.push(`${line}: ${error}`);
  const tally = new Tally();
  const lines: string[] = [];
  const replay = new Replay('on a machine', options, (change) => {
    lines.push(lineOf(change, replay.step));
    tally.take(change, replay.step);
  });
  const readings: TimedReadings[] = [];
  if (machine !== undefined) await readMachine(machine, vocabulary.value, (each) => readings.push(each), complain);
  replay.readAlong(readings);
  const unknown = await readRecording(
    rows,
    vocabulary.value,
    (row: Row) => {
      replay.take(row);
    },
    complain,
  );
  const findings = tally.found.map(({ finding: { kind, subject, cause } }) => [kind, subject.uuid, cause]);
  const roots = tally.found.filter(({ finding }) => finding.consequenceOf === null).map(({ finding }) => finding.kind);
  const summary = summaryOf('on a machine', seconds.length, tally);
  return {
    findings,
    roots,
    lines,
    summary,
    errors,
    unknown,
    unjudged: replay.unjudged.join('; '),
    stray: replay.strayReadings,
  };
}

const seconds = Array.from({ length: 240 }, (_, at) => at);

describe('a recorded machine', () => {
  it('is judged where rows have columns of the series that are scraped', async () => {
    const margin = '"gradwatch_gpu_temperature_margin_celsius{uuid=""GPU-b"",gpu=""1""}"';
    const celsius = '"gradwatch_gpu_temperature_celsius{uuid=""GPU-b"",gpu=""1""}"';
    const { findings, lines, summary, errors, unknown, unjudged } = await found(
      write('hot.csv', [
        `step,time_s,lr,${margin},${celsius},gradwatch_gpu_colour`,
        ...seconds.map((at) => `${at},${start + at},0.1,${at < 60 ? 20 : 1},${at < 60 ? 70 : 89},`),
      ]),
    );
    expect(findings).toEqual([
      ['gpu_hot', 'GPU-b', 'GPU 1 is 89 °C hot, 1 degrees below the temperature at which it slows down, since 60 s.'],
    ]);
    expect(errors).toEqual([]);
    expect(unknown).toEqual(['gradwatch_gpu_colour']);
    // Of a machine no step makes evident what is found: it is told with the one that was reached then.
    expect(lines[0]).toMatch(/^step 12\d {2}opened {2}warning {2}gpu_hot/);
    expect(summary).toMatch(/warning gpu_hot at step 12\d$/);
    expect(unjudged).not.toContain('gpu_hot');
    expect(unjudged).toContain('gpu_xid');
  });

  it('is judged by what a tracker logs of it in a file of its own, on the clock of the run', async () => {
    const run = write(
      'history.jsonl',
      seconds.map((at) => JSON.stringify({ _step: at, _timestamp: start + 10 * at, lr: 1 })),
    );
    const events = (use: number) =>
      write('events.jsonl', [
        ...seconds.map((at) =>
          JSON.stringify({
            _timestamp: start + 10 * at + 3,
            'system.gpu.0.gpu': use,
            'system.gpu.1.gpu': 95,
            'system.cpu': 5,
          }),
        ),
        '{"system.gpu.0.gpu":1}',
      ]);
    const { findings, errors } = await found(run, events(20));
    expect(findings).toEqual([
      ['gpu_underused', null, 'GPU 0 is used at most 20 % (95th percentile) over the last ten minutes.'],
      ['gpu_load_imbalance', null, expect.stringContaining('GPU 1 of the same run 95 %')],
    ]);
    expect(errors).toEqual([
      '241: found no time, expected seconds in every row of the machine; --map time=COLUMN names its column',
    ]);
    expect((await found(run, events(90))).findings).toEqual([]);
  });

  it('is of another time where its clock is another one, and then not judged by its last reading', async () => {
    const rows = seconds.map((at) => JSON.stringify({ _step: at, _timestamp: start + 10 * at, lr: 1 }));
    const events = seconds.map((at) => JSON.stringify({ _runtime: 10 * at, 'system.gpu.0.gpu': 20 }));
    const { findings, stray, unjudged } = await found(write('unix.jsonl', rows), write('since-start.jsonl', events));
    expect(findings).toEqual([]);
    expect(stray).toContain(
      'the readings from 0 to 2390 s lie outside of the times of the rows, 1700000000 to 1700002390',
    );
    expect(unjudged).toContain('what is of the machine (no reading of it is of the time of the rows)');
  });

  it('is on one clock with the rows where both tell several, in whatever order', async () => {
    const rows = seconds.map((at) =>
      JSON.stringify({ _runtime: 10 * at, _timestamp: start + 10 * at, _step: at, lr: 1 }),
    );
    const events = seconds.map((at) =>
      JSON.stringify({ 'system.gpu.0.gpu': 20, _timestamp: start + 10 * at, _runtime: 10 * at }),
    );
    const { roots, stray } = await found(write('both.jsonl', rows), write('both-events.jsonl', events));
    expect([roots, stray]).toEqual([['gpu_underused'], null]);
  });

  it('knows how much memory there is where that is recorded beside what is used', async () => {
    const gibibyte = 2 ** 30;
    const labels = '{uuid=""GPU-b"",gpu=""1""}';
    const [used, total] = ['used', 'total'].map((which) => `"gradwatch_gpu_memory_${which}_bytes${labels}"`);
    const hours = seconds.map((at) => `${at},${start + 180 * at},0.1,${(30 + at / 5) * gibibyte}`);
    const leak = async (header: string, rows: readonly string[]) => {
      const { findings } = await found(write('leak.csv', [header, ...rows]));
      return findings.find(([kind]) => kind === 'memory_leak')?.[2];
    };
    const header = `step,time_s,lr,${used ?? ''}`;
    expect(
      await leak(
        `${header},${total ?? ''}`,
        hours.map((row) => `${row},${100 * gibibyte}`),
      ),
    ).toMatch(/is used up in/);
    expect(await leak(header, hours)).not.toMatch(/is used up in/);
  });

  it('tells whether the memory of a process is in use on it', async () => {
    const [total, gibibyte] = [512 * 2 ** 30, 2 ** 30];
    const columns =
      'step,time_s,process_memory_bytes,gradwatch_node_memory_total_bytes,gradwatch_node_memory_used_bytes';
    const leak = async (used: (at: number) => number) => {
      const rows = Array.from({ length: 400 }, (_, at) =>
        [at, start + 60 * at, (6 + at / 3) * gibibyte, total, used(at) * gibibyte].join(','),
      );
      const { findings } = await found(write('mapped.csv', [columns, ...rows]));
      return findings.flatMap(([, , cause]) => (cause?.startsWith('Memory of rank') ? [cause] : []));
    };
    expect(await leak(() => 40)).toEqual([expect.stringMatching(/did not rise with it\.$/)]);
    expect(await leak((at) => 40 + at / 3)).toEqual([expect.stringMatching(/at this pace it is used up in/)]);
  });

  it('is short of memory for a leak: one incident', async () => {
    const total = 512 * 2 ** 30;
    const used = (at: number) => total * Math.min(0.99, 0.1 + 0.002 * Math.max(0, at - 60));
    const memory = ['total', 'used', 'available'].map((which) => `gradwatch_node_memory_${which}_bytes`);
    const rows = Array.from({ length: 540 }, (_, at) =>
      [at, start + 15 * at, 0.1, total, used(at), total - used(at)].join(','),
    );
    const { findings, roots } = await found(write('short.csv', [['step,time_s,lr', ...memory].join(','), ...rows]));
    expect(findings.map(([kind]) => kind)).toEqual(['memory_leak', 'host_memory_pressure']);
    expect(roots).toEqual(['memory_leak']);
  });

  it('is not judged where rows do not tell their time', async () => {
    const rows = seconds.map((at) => `${at},0.1,1`);
    const { findings, unjudged } = await found(write('timeless.csv', ['step,lr,gpu.0.temp', ...rows]));
    expect(findings).toEqual([]);
    expect(unjudged).toMatch(/^stall, out_of_step, .*gpu_telemetry.* \(no row tells its time/);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Collector } from '../collect/index.ts';
import { expose, SeriesTable } from '../series/index.ts';
import { parseProcessStat } from './process-files.ts';
import { workerProcesses } from './worker-processes.ts';
import { type KnownWorker, WorkerTree } from './worker-tree.ts';

/** A worker with one child, which it ends when it reads a line, and then answers. */
const program = `
  const child = require('node:child_process').spawn('sleep', ['1000']);
  child.on('spawn', () => process.stdout.write('ready\\n'));
  child.on('exit', () => process.stdout.write('alone\\n'));
  process.stdin.once('data', () => child.kill());
  process.stdin.on('end', () => { child.kill(); process.exit(); });
`;

describe.runIf(process.platform === 'linux')('worker_processes', () => {
  let worker: ChildProcess;
  let table: SeriesTable;
  let workers: KnownWorker[];
  let collector: Collector;
  let time = 0;

  beforeEach(async () => {
    worker = spawn(process.execPath, ['--eval', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(worker.stdout!, 'data');
    const pid = worker.pid!;
    const { startTicks } = parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))!;
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    workers = [
      { run: 'digits', rank: '3', live: true, process: { pid, bootId, startTicks } },
      { run: 'digits', rank: '4', live: true, process: null },
    ];
    table = new SeriesTable();
    const context = { table, logger: console, now: () => 0, procRoot: '/proc', sysRoot: '/sys', hostRoot: '/' };
    const tree = new WorkerTree({ procRoot: '/proc', workers: () => workers, monotonic: () => (time += 15) });
    collector = workerProcesses.create(context, { enabled: true, interval: 15 }, tree);
  });
  afterEach(async () => {
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    worker.stdin!.end();
    await once(worker, 'exit');
  });

  const collect = async () => {
    await collector.collect(new AbortController().signal);
    const lines = expose('text', table.snapshot()).match(/^gradwatch.*$/gm) ?? [];
    return new Map(lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]));
  };
  const of = (name: string) => `gradwatch_rank_${name}{run="digits",rank="3"}`;

  it('shows what the processes of a rank use, and keeps its counters when they end', async () => {
    const both = await collect();
    expect(both.get(of('processes'))).toBe(2);
    expect(both.get(of('process_threads'))).toBeGreaterThan(2);
    expect(both.get(of('process_resident_bytes'))).toBeGreaterThan(10e6);
    expect(both.get(of('process_anonymous_bytes'))).toBeLessThan(both.get(of('process_resident_bytes'))!);
    expect(both.get(of('process_open_fds'))).toBeGreaterThan(6);
    expect(both.get(of('process_cpu_seconds_total'))).toBe(0);
    expect(both.get('gradwatch_exporter_unmatched_workers{reason="not_told"}')).toBe(1);
    expect(both.get('gradwatch_exporter_unmatched_workers{reason="not_found"}')).toBe(0);

    worker.stdin!.write('\n');
    await once(worker.stdout!, 'data');
    expect((await collect()).get(of('processes'))).toBe(1);

    worker.kill('SIGKILL');
    await once(worker, 'exit');
    const after = await collect();
    expect([...after.keys()].filter((name) => name.includes('rank="'))).toEqual([
      of('process_cpu_seconds_total'),
      of('process_read_bytes_total'),
      of('process_written_bytes_total'),
    ]);
    expect(after.get('gradwatch_exporter_unmatched_workers{reason="not_found"}')).toBe(1);
  });

  it('drops the series of a rank that is not held any more', async () => {
    await collect();
    workers = [];
    expect([...(await collect()).keys()].filter((name) => name.startsWith('gradwatch_rank'))).toEqual([]);
  });
});

import { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, hostname, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CollectorRunner, systemTimers, type CollectorContext } from '../collect/index.ts';
import { readConfig } from '../config/index.ts';
import { expose, SeriesTable } from '../series/index.ts';
import { cpu } from './cpu.ts';
import { nodeCollectors, nodeMetrics, nodeOptions } from './index.ts';
import { inventory } from './inventory.ts';
import { load } from './load.ts';
import { memory } from './memory.ts';

const linux = process.platform === 'linux';
const beat = { enabled: true, interval: 5 };
const silent = { info: vi.fn(), warn: vi.fn(), error: vi.fn(), debug: vi.fn() };

let procRoot: string;
let context: CollectorContext;

beforeEach(() => {
  procRoot = mkdtempSync(join(tmpdir(), 'gradwatch-proc-'));
  context = {
    table: new SeriesTable(),
    logger: silent,
    now: () => 1_700_000_000,
    procRoot,
    sysRoot: procRoot,
    hostRoot: procRoot,
  };
});

afterEach(() => {
  rmSync(procRoot, { recursive: true });
});

const put = (file: string, text: string) => {
  writeFileSync(join(procRoot, file), text);
};

function series(): ReadonlyMap<string, number> {
  const lines = expose('text', context.table.snapshot()).split('\n');
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

const signal = new AbortController().signal;

describe.runIf(linux)('cpu', () => {
  it('shows seconds by mode and keeps them from stepping back a little', async () => {
    const collector = cpu.create(context, beat);
    put('stat', 'cpu 100 0 0 5000 300 0 0 0\ncpu0 100 0 0 5000 300 0 0 0\n');
    await collector.collect(signal);
    put('stat', 'cpu 200 0 0 5100 299 0 0 0\ncpu0 200 0 0 5100 299 0 0 0\n');
    await collector.collect(signal);
    expect(series().get('gradwatch_node_cpu_seconds_total{mode="user"}')).toBe(2);
    expect(series().get('gradwatch_node_cpu_seconds_total{mode="idle"}')).toBe(51);
    expect(series().get('gradwatch_node_cpu_seconds_total{mode="iowait"}')).toBe(3);
    expect(series().get('gradwatch_node_cpus')).toBe(1);
  });

  it('shows a count that began anew as it is', async () => {
    const collector = cpu.create(context, beat);
    put('stat', 'cpu 100000 0 0 0\n');
    await collector.collect(signal);
    put('stat', 'cpu 100 0 0 0\n');
    await collector.collect(signal);
    expect(series().get('gradwatch_node_cpu_seconds_total{mode="user"}')).toBe(1);
  });

  it('clears its readings', async () => {
    const collector = cpu.create(context, beat);
    put('stat', 'cpu 100 0 0 0\n');
    await collector.collect(signal);
    collector.expire();
    expect(series().size).toBe(0);
    await collector.collect(signal);
    expect(series().size).toBe(5);
  });

  it('says which file it could not read', () => {
    const collector = cpu.create(context, beat);
    expect(() => collector.collect(signal)).toThrow(
      expect.objectContaining({ reason: 'unreadable', message: `cannot read ${procRoot}/stat: ENOENT` }),
    );
    put('stat', 'intr 1\n');
    expect(() => collector.collect(signal)).toThrow(expect.objectContaining({ reason: 'malformed' }));
  });
});

describe.runIf(linux)('load', () => {
  it('shows the three averages', async () => {
    const collector = load.create(context, beat);
    put('loadavg', '0.52 1.58 12.05 3/812 90210\n');
    await collector.collect(signal);
    expect([...series()]).toEqual([
      ['gradwatch_node_load1', 0.52],
      ['gradwatch_node_load5', 1.58],
      ['gradwatch_node_load15', 12.05],
    ]);
    collector.expire();
    expect(series().size).toBe(0);
  });

  it('refuses a file of another form', () => {
    const collector = load.create(context, beat);
    put('loadavg', '0.52\n');
    expect(() => collector.collect(signal)).toThrow(expect.objectContaining({ reason: 'malformed' }));
  });
});

describe('memory', () => {
  it('shows what the machine has, without starting a process on Linux', async () => {
    const spawned = vi.spyOn(ChildProcess.prototype as unknown as { spawn: () => void }, 'spawn');
    const collector = memory.create({ ...context, procRoot: '/proc' }, beat);
    await collector.collect(signal);
    if (linux) expect(spawned).not.toHaveBeenCalled();
    spawned.mockRestore();
    const read = (name: string) => series().get(`gradwatch_node_${name}_bytes`)!;
    expect(read('memory_total')).toBe(totalmem());
    expect(read('memory_used')).toBe(read('memory_total') - read('memory_available'));
    expect(read('memory_used')).toBeGreaterThan(0);
    expect(read('memory_free')).toBeLessThan(read('memory_total'));
    expect(read('swap_used')).toBeLessThanOrEqual(read('swap_total'));
    expect(series().has('gradwatch_node_memory_cached_bytes')).toBe(linux);
    collector.expire();
    expect(series().size).toBe(0);
  });

  it.runIf(linux)('shows the memory of the node where its files are mounted', async () => {
    put('meminfo', 'MemTotal:  1000000 kB\nMemFree:  1000 kB\nMemAvailable:  400000 kB\n');
    await memory.create(context, beat).collect(signal);
    expect(series().get('gradwatch_node_memory_total_bytes')).toBe(1_024_000_000);
    expect(series().get('gradwatch_node_memory_used_bytes')).toBe(614_400_000);
  });
});

describe('inventory', () => {
  it('tells what this machine is, from a process of its own', async () => {
    put('stat', 'cpu 1 2 3 4\nbtime 1690000000\n');
    await inventory.create(context, beat).collect(signal);
    const [info] = [...series().keys()].filter((name) => name.startsWith('gradwatch_node_info'));
    expect(info).toContain(`hostname="${hostname()}"`);
    expect(info).toContain(`kernel="${release()}"`);
    expect(info).toContain(`architecture="${process.arch}"`);
    if (linux) expect(series().get('gradwatch_node_boot_timestamp_seconds')).toBe(1_690_000_000);
  });

  it('kills the process when it is given up', async () => {
    put('stat', 'cpu 1 2 3 4\nbtime 1690000000\n');
    const controller = new AbortController();
    const collecting = inventory.create(context, beat).collect(controller.signal);
    controller.abort();
    await expect(collecting).rejects.toThrow('aborted');
  });
});

describe('the room', () => {
  it('runs what is switched on, on the beats of the configuration, and writes only what it declares', async () => {
    const read = readConfig(nodeOptions, { flags: { 'memory.enabled': 'false', 'inventory.enabled': 'false' } });
    if (!('value' in read)) throw new Error('the defaults are wrong');
    expect(read.value.cpu).toEqual({ enabled: true, interval: 5 });
    put('stat', 'cpu 1 2 3 4\n');
    put('loadavg', '0.52 1.58 12.05 3/812 90210\n');
    const runner = new CollectorRunner(context, systemTimers);
    for (const declaration of nodeCollectors) {
      const own = read.value[declaration.name];
      if (own.enabled) runner.add(declaration, own);
    }
    const off = ['memory', 'inventory'];
    expect(runner.waiting).toEqual(
      nodeCollectors.map(({ name }) => name as string).filter((name) => !off.includes(name)),
    );
    runner.start();
    await vi.waitUntil(() => runner.waiting.length === 0);
    await runner.stop();
    const names = new Set([...series().keys()].map((name) => name.split('{')[0]));
    const declared = new Set<string>(nodeMetrics.map(({ name }) => name));
    const own = [...names].filter((name) => name!.startsWith('gradwatch_node_'));
    expect(own).toEqual(expect.arrayContaining(['gradwatch_node_cpu_seconds_total', 'gradwatch_node_cpus']));
    expect(own).not.toContain('gradwatch_node_memory_total_bytes');
    expect(own.filter((name) => !declared.has(name!))).toEqual([]);
    expect(cpus().length).toBeGreaterThan(0);
  });
});

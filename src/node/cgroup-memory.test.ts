import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SourceAbsent } from '../collect/index.ts';
import { expose, SeriesTable } from '../series/index.ts';
import { parseBytes, parseKeyed, parseMemoryCgroup } from './cgroup-files.ts';
import { cgroupMemory } from './cgroup-memory.ts';
import { WorkerTree } from './worker-tree.ts';

const bootId = '0f8fad5b-d9cb-469f-a165-70867728950e';

describe('the files of cgroups', () => {
  it('say where memory is accounted', () => {
    expect(parseMemoryCgroup('0::/kubepods.slice/pod:1\n')).toEqual({ version: 2, path: '/kubepods.slice/pod:1' });
    expect(parseMemoryCgroup('9:name=systemd:/a\n4:cpu,memory:/b\n0::/c\n')).toEqual({ version: 1, path: '/b' });
    expect(parseMemoryCgroup('0::/../../pod2\n')).toBeNull();
    expect(parseMemoryCgroup('0::/../../pod2/x\n', '/kubepods/pod1/own')).toEqual({
      version: 2,
      path: '/kubepods/pod2/x',
    });
    expect(parseMemoryCgroup(`0::/${'x'.repeat(600)}\n`)).toBeNull();
  });

  it('have two ways to say that there is no limit', () => {
    expect([parseBytes('max\n'), parseBytes('9223372036854771712\n'), parseBytes('4096\n')]).toEqual([
      null,
      null,
      4096,
    ]);
  });

  it('are read into numbers or nothing, whatever is in them', () => {
    const part = fc.oneof(
      fc.constantFrom('0::/', 'memory', ':', '..', '\n', 'oom_kill ', '7', '9'.repeat(25)),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('');
        expect(parseMemoryCgroup(text)?.path.split('/') ?? []).not.toContain('..');
        expect(parseBytes(text) ?? 0).toBeGreaterThanOrEqual(0);
        for (const value of parseKeyed(text).values()) expect(value).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe.runIf(process.platform === 'linux')('cgroup_memory', () => {
  let root: string;
  let table: SeriesTable;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gradwatch-cgroup-'));
    table = new SeriesTable();
    put('sys/kernel/random/boot_id', bootId);
    put('7/stat', `7 (python) S 1 ${'0 '.repeat(17)}500 0`);
    put('7/status', 'NSpid:\t7');
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function put(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }

  async function collect(): Promise<readonly string[]> {
    const process = { pid: 7, bootId, startTicks: 500 };
    const workers = () => [{ run: 'digits', rank: '0', live: true, process }];
    const context = { table, logger: console, now: () => 0, procRoot: root, sysRoot: root, hostRoot: root };
    const tree = new WorkerTree({ procRoot: root, workers, monotonic: () => 0 });
    await cgroupMemory.create(context, { enabled: true, interval: 15 }, tree).collect(new AbortController().signal);
    return (expose('text', table.snapshot()).match(/^gradwatch.*$/gm) ?? []).map((line) =>
      line.replace(/gradwatch_(node_cgroup_memory_)?/, ''),
    );
  }

  it('shows of version 2 the cgroup with the lowest limit among those that a worker is in', async () => {
    put('7/cgroup', '0::/pod/container');
    put('fs/cgroup/cgroup.controllers', 'memory');
    put('fs/cgroup/pod/memory.max', '1000');
    put('fs/cgroup/pod/container/memory.max', 'max');
    put('fs/cgroup/pod/memory.current', '900');
    put('fs/cgroup/pod/memory.stat', 'anon 500\ninactive_file 300\nactive_file 70\nslab_reclaimable 10');
    put('fs/cgroup/pod/memory.events', 'low 0\nhigh 4\nmax 3\noom 2\noom_kill 1\nother 9');
    put('fs/cgroup/pod/memory.pressure', 'some avg10=0.00 total=2000000\nfull avg10=0.00 total=1000000');
    expect(await collect()).toEqual([
      'limit_bytes{cgroup="/pod"} 1000',
      'usage_bytes{cgroup="/pod"} 900',
      'working_set_bytes{cgroup="/pod"} 600',
      'held_bytes{cgroup="/pod"} 520',
      'pressure_waiting_seconds_total{cgroup="/pod"} 2',
      'pressure_stalled_seconds_total{cgroup="/pod"} 1',
      'events_total{cgroup="/pod",event="high"} 4',
      'events_total{cgroup="/pod",event="max"} 3',
      'events_total{cgroup="/pod",event="oom"} 2',
      'events_total{cgroup="/pod",event="oom_kill"} 1',
      'rank_cgroup_info{run="digits",rank="0",cgroup="/pod"} 1',
      'exporter_ranks_without_cgroup 0',
    ]);
  });

  it('shows of version 1 a worker without a limit, and the limit of all that the exporter sees', async () => {
    put('7/cgroup', '4:memory:/job\n0::/');
    put('fs/cgroup/memory/memory.limit_in_bytes', '9223372036854771712');
    put('fs/cgroup/memory/job/memory.limit_in_bytes', '9223372036854771712');
    put('fs/cgroup/memory/job/memory.usage_in_bytes', '800');
    put(
      'fs/cgroup/memory/job/memory.stat',
      'inactive_file 1\ntotal_inactive_file 200\ntotal_active_file 50\ntotal_swap 5',
    );
    put('fs/cgroup/memory/job/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 6');
    expect(await collect()).toEqual([
      'usage_bytes{cgroup="/job"} 800',
      'working_set_bytes{cgroup="/job"} 600',
      'held_bytes{cgroup="/job"} 550',
      'swap_usage_bytes{cgroup="/job"} 5',
      'events_total{cgroup="/job",event="oom_kill"} 6',
      'rank_cgroup_info{run="digits",rank="0",cgroup="/job"} 1',
      'exporter_ranks_without_cgroup 0',
    ]);
    table = new SeriesTable();
    put('fs/cgroup/memory/memory.limit_in_bytes', '5000');
    expect(await collect()).toContain('limit_bytes{cgroup="/"} 5000');
  });

  it('counts a rank whose cgroup is out of sight', async () => {
    put('7/cgroup', '0::/../other');
    put('fs/cgroup/cgroup.controllers', 'memory');
    expect(await collect()).toEqual(['exporter_ranks_without_cgroup 1']);
  });

  it('takes a machine without cgroups for no failure', async () => {
    await expect(collect()).rejects.toThrow(SourceAbsent);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { installStandIn } from '../../src/simulate/index.ts';
import { startExporter, type RunningExporter } from '../support/exporter.ts';
import { parseExposition } from '../support/exposition-parser.ts';
import { eventually } from '../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'gradwatch-reload-'));
const file = join(folder, 'gradwatch.yaml');
const token = join(folder, 'token');
writeFileSync(token, 'secret');
const nvidiaSmi = installStandIn(folder, resolve(import.meta.dirname, '../../dist/simulate/nvidia-smi.js'), {
  gpus: 2,
});
const base = `http: {reload: true, token_file: ${token}}\n`;

let exporter: RunningExporter;
afterEach(() => exporter.stop());
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function start(text: string): Promise<void> {
  writeFileSync(file, base + text);
  const { path, kernelLog } = nvidiaSmi;
  exporter = await startExporter([`--config=${file}`, `--gpu.program=${path}`, `--xid.kmsg=${kernelLog}`]);
}

async function reload(text: string): Promise<{ readonly status: number; readonly text: string }> {
  writeFileSync(file, base + text);
  const headers = { authorization: 'Bearer secret' };
  const response = await fetch(`${exporter.url}/-/reload`, { method: 'POST', headers });
  return { status: response.status, text: await response.text() };
}

function hup(text: string): void {
  writeFileSync(file, base + text);
  exporter.program.child.kill('SIGHUP');
}

/** Values by name, or by name and the value of one label. */
async function series(): Promise<ReadonlyMap<string, number>> {
  const families = parseExposition('text', await (await fetch(`${exporter.url}/metrics`)).text());
  return new Map(
    families.flatMap(({ name, samples }) =>
      samples.map(({ labels, value }) => [[name, labels.get('collector')].filter(Boolean).join(' '), value]),
    ),
  );
}

const works = (name: string) => `gradwatch_exporter_collector_success ${name}`;
const successful = 'gradwatch_exporter_config_last_reload_successful';
const awaiting = 'gradwatch_exporter_config_options_awaiting_restart';

/** What the log says of reloads, once it has so many lines of them. */
function logged(count: number): Promise<readonly Record<string, unknown>[]> {
  return eventually(`${count} lines of reloads in the log`, () => {
    const lines = exporter.program.output.split('\n').filter((line) => /the configuration was.*\}$/.test(line));
    return lines.length < count ? undefined : lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  });
}

/** The nvidia-smi that the exporter has started and that are not gone. */
function nvidiaSmis(): readonly { readonly pid: string; readonly command: string }[] {
  const { pid = 0 } = exporter.program.child;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.flatMap((child) => {
    try {
      const command = readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0').join(' ');
      return command.includes('nvidia-smi') ? [{ pid: child, command }] : [];
    } catch {
      return [];
    }
  });
}

/** The intervals, in milliseconds, with which those were started that go on printing. */
function loops(): readonly string[] {
  return nvidiaSmis().flatMap(({ command }) => / -lms (\d+)/.exec(command)?.[1] ?? []);
}

// Every case starts processes, which takes its time on a busy machine.
describe('a reload', { timeout: 60_000 }, () => {
  it('takes collectors off and on by name', async () => {
    await start('node: {load: {enabled: false}}\n');
    const before = await series();
    expect([before.has(works('load')), before.has(works('memory')), before.get(works('gpu'))]).toEqual([
      false,
      true,
      1,
    ]);

    expect(await reload('node: {memory: {enabled: false}}\ngpu: {enabled: false}\nxid: {enabled: false}\n')).toEqual({
      status: 200,
      text: 'reloaded\n',
    });
    const off = await eventually('load to be read', async () => {
      const now = await series();
      return now.get(works('load')) === 1 ? now : undefined;
    });
    expect([off.has(works('memory')), off.has(works('gpu')), off.has(works('xid'))]).toEqual([false, false, false]);
    expect([...off.keys()].filter((name) => /^gradwatch_(node_memory_|gpu_info|gpu_xid)/.test(name))).toEqual([]);

    hup('');
    await eventually('all to be read again', async () => {
      const now = await series();
      return (
        (now.get(works('memory')) === 1 && now.get(works('gpu')) === 1 && now.has('gradwatch_gpu_info')) || undefined
      );
    });
    await eventually('readiness', async () => (await fetch(`${exporter.url}/-/ready`)).ok || undefined);
  });

  it('changes intervals, that of nvidia-smi by starting another when the one before is gone', async () => {
    await start('gpu: {interval: 1s}\n');
    expect(loops()).toEqual(['1000']);
    expect((await reload('gpu: {interval: 2s}\nnode: {load: {interval: 1s}}\n')).status).toBe(200);
    await eventually('the new interval', () => (loops().join() === '2000' ? true : undefined));
    const last = 'gradwatch_exporter_collector_last_success_timestamp_seconds load';
    const first = (await series()).get(last) ?? NaN;
    await eventually('a reading after one second', async () => {
      const after = ((await series()).get(last) ?? NaN) - first;
      return after > 0.5 || undefined;
    });
  });

  it('starts no nvidia-smi beside one that does not end', async () => {
    await start('gpu_detail: {enabled: false}\n');
    const [old] = nvidiaSmis();
    nvidiaSmi.play({ gpus: 2, faults: [{ kind: 'hang', stubborn: true }] });
    try {
      expect((await reload('gpu: {interval: 2s}\ngpu_detail: {enabled: false}\n')).status).toBe(200);
      const seen = new Set<string>();
      await eventually(
        'another nvidia-smi',
        () => {
          const now = nvidiaSmis();
          for (const { pid } of now) seen.add(pid);
          expect(now.length).toBeLessThanOrEqual(1);
          return now.some(({ pid }) => pid !== old?.pid) || undefined;
        },
        { everySeconds: 0.02 },
      );
      // The old one was there to the end, which only SIGKILL brought.
      expect(seen.has(old?.pid ?? '')).toBe(true);
      expect(await (await fetch(`${exporter.url}/-/ready`)).text()).toContain('collector gpu');
    } finally {
      nvidiaSmi.play({ gpus: 2 });
    }
  });

  it('tells what cannot change with its key in one line, and takes the rest', async () => {
    await start('log: {level: error}\n');
    const { status, text } = await reload(
      'grpc: {max_connections: 9}\nfindings: {hold: 1m}\nevaluations: {interval: 9s}\n',
    );
    expect([status, text]).toEqual([
      200,
      'reloaded\ngrpc.max_connections: changed, takes a restart\nevaluations.interval: changed, takes a restart\n',
    ]);
    expect(await logged(1)).toEqual([
      {
        ...{ level: 40, time: expect.any(Number) as number },
        changed: ['findings.hold', 'log.level'],
        needRestart: ['grpc.max_connections', 'evaluations.interval'],
        msg: 'the configuration was reloaded, but for what takes a restart: grpc.max_connections, evaluations.interval',
      },
    ]);
    expect((await series()).get(awaiting)).toBe(2);
    // They are told until they are as they were.
    await reload('');
    expect([(await series()).get(awaiting), (await logged(1)).length]).toEqual([0, 1]);
  });

  it('takes nothing of a configuration with a mistake, and says so', async () => {
    await start('');
    expect((await fetch(`${exporter.url}/-/reload`, { method: 'POST' })).status).toBe(401);
    hup('runs: {max_runs: many, max_rank: 1}\nlog: {level: silent}\n');
    await eventually('the reload to fail', async () => (await series()).get(successful) === 0 || undefined);
    const mistakes = [
      expect.stringContaining(`${file}: runs.max_rank: found 1, expected no such key`) as string,
      expect.stringContaining(`${file}: runs.max_runs: found many, expected a whole number`) as string,
    ];
    expect(await logged(1)).toMatchObject([
      { level: 50, mistakes, msg: 'the configuration was not reloaded; the one before stays in force' },
    ]);
    const broken = await reload('event_files: {rank_pattern: (}\n');
    expect(broken.status).toBe(500);
    expect(broken.text).toContain('event_files.rank_pattern: found (, expected a regular expression');
    expect(await reload('log: {level: info}\n')).toEqual({ status: 200, text: 'reloaded\n' });
    expect((await series()).get(successful)).toBe(1);
    expect((await logged(3)).at(-1)).toMatchObject({
      level: 30,
      changed: ['log.level'],
      msg: 'the configuration was reloaded',
    });
  });
});

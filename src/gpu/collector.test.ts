import { spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CollectorContext } from '../collect/index.ts';
import { SeriesTable, expose } from '../series/index.ts';
import { installStandIn, type Control, type StandIn } from '../simulate/index.ts';
import { GpuCollector } from './collector.ts';
import { NvidiaSmi, real, type Surroundings } from './nvidia-smi.ts';
import { ProcessGroup } from '../programs/index.ts';

// The collector against the stand-in nvidia-smi as a real process.
const script = fileURLToPath(new URL('../../dist/simulate/nvidia-smi.js', import.meta.url));
if (!existsSync(script)) throw new Error(`${script} is not built; run: npm run build`);

let folder: string;
let standIn: StandIn;
let table: SeriesTable;
let collector: GpuCollector;
let children: ChildProcess[];

function start(control: Partial<Control>, options: { program?: string; expected?: number; stale?: number } = {}): void {
  standIn = installStandIn(folder, script, { gpus: 4, ...control });
  table = new SeriesTable();
  children = [];
  const surroundings: Surroundings = {
    ...real,
    spawn: (program, args) => {
      const child = real.spawn(program, args);
      children.push(child);
      return child;
    },
    graceSeconds: 0.3,
  };
  const context: CollectorContext = {
    table,
    logger,
    now: () => Date.now() / 1000,
    procRoot: folder,
    sysRoot: folder,
    hostRoot: folder,
  };
  const { program = standIn.path, expected, stale = 60 } = options;
  collector = new GpuCollector(
    context,
    new NvidiaSmi(
      {
        enabled: true,
        details: true,
        interval: 0.1,
        program,
        stale_after: stale,
        retry_after: 2,
        expected_devices: expected,
      },
      new Map(),
      surroundings,
    ),
  );
}

let warnings: string[];
const quietly = (): void => undefined;
const warn = (_: object, text?: string): void => void warnings.push(text ?? '');
const logger = { info: quietly, warn, error: quietly, debug: quietly };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradwatch-gpu-'));
  warnings = [];
});

afterEach(async () => {
  await collector.stop();
  expect(children.filter(isAlive), 'no process is left').toEqual([]);
  rmSync(folder, { recursive: true });
});

/** It, or what it started. */
function isAlive({ pid }: ChildProcess): boolean {
  return pid !== undefined && new ProcessGroup(pid, '/proc', real.kill).lives;
}

/** The series as they would be scraped, by name and labels. */
function scraped(): Map<string, number> {
  const lines = expose('text', table.snapshot()).split('\n');
  const samples = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

function uuidOf(gpu: number): string {
  const [, uuid = ''] =
    new RegExp(`gradwatch_gpu_info{uuid="([^"]*)",gpu="${gpu}"`).exec([...scraped().keys()].join('\n')) ?? [];
  return uuid;
}

function stateOf(gpu: number): string | undefined {
  const [series] =
    [...scraped()].find(
      ([name, value]) => value === 1 && name.startsWith('gradwatch_gpu_state') && name.includes(`gpu="${gpu}"`),
    ) ?? [];
  return /state="([^"]*)"/.exec(series ?? '')?.[1];
}

/** How asking goes. */
function source(): string | undefined {
  const [series] = [...scraped()].find(([name, value]) => value === 1 && name.includes('gpu_source_state')) ?? [];
  return /state="([^"]*)"/.exec(series ?? '')?.[1];
}

function powered(): number {
  return [...scraped().keys()].filter((name) => name.startsWith('gradwatch_gpu_power_watts')).length;
}

/** What the last failed reading said. */
let lastWords = '';

/** Reads until the condition holds. @returns the reason of the last failure, `read` after a success */
async function until(condition: (last: string) => boolean, seconds = 60): Promise<string> {
  const deadline = Date.now() + 1000 * seconds;
  let last = 'nothing';
  while (Date.now() < deadline) {
    last = await collector.collect(AbortSignal.timeout(5000)).then(
      () => 'read',
      (error: unknown) => {
        lastWords = (error as Error).message;
        return (error as { reason: string }).reason;
      },
    );
    if (condition(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(
    `the condition did not come to hold within ${seconds} s; last: ${last}\n${[...scraped()].join('\n')}`,
  );
}

const afresh = (last: string): boolean => last === 'read';

/** A machine under load needs seconds to start a process, which must not look like one that hangs. */
const patient = 2.5;

describe('the GPU collector on the stand-in', { timeout: 120_000 }, () => {
  test('reads all GPUs in base units, with the units of the header', async () => {
    start({});
    await until(afresh);
    const series = scraped();
    const labels = `{uuid="${uuidOf(2)}",gpu="2"}`;
    expect(uuidOf(2)).toMatch(/^GPU-[0-9a-f-]{36}$/);
    expect(series.get(`gradwatch_gpu_memory_total_bytes${labels}`)).toBe(81_559 * 2 ** 20);
    expect(series.get(`gradwatch_gpu_sm_clock_hertz${labels}`)).toBeGreaterThan(1.5e9);
    expect(series.get(`gradwatch_gpu_utilization_ratio${labels}`)).toBeGreaterThan(0.8);
    expect(series.get(`gradwatch_gpu_utilization_ratio${labels}`)).toBeLessThanOrEqual(1);
    expect(series.get(`gradwatch_gpu_power_limit_watts${labels}`)).toBe(700);
    expect(series.get(`gradwatch_gpu_performance_state${labels}`)).toBe(0);
    expect(series.has(`gradwatch_gpu_fan_ratio${labels}`)).toBe(false);
    expect(series.get('gradwatch_gpu_devices_seen')).toBe(4);
    expect(series.get('gradwatch_gpu_devices_expected')).toBe(4);
    expect([...series.keys()].some((name) => name.includes('driver="590.48.01",pci_bus="0000:52:00.0"'))).toBe(true);
  });

  test('one process serves many readings, and values move', async () => {
    start({});
    await until(afresh);
    const powers = new Set<number | undefined>();
    for (let at = 0; at < 5; at += 1) {
      await until(afresh);
      powers.add(scraped().get(`gradwatch_gpu_power_watts{uuid="${uuidOf(0)}",gpu="0"}`));
    }
    expect(powers.size).toBeGreaterThan(1);
    expect(children).toHaveLength(2); // the help text, the stream
  });

  test('a card is lost while running: state without readings, the others go on; and it comes back', async () => {
    start({});
    await until(afresh);
    const uuid = uuidOf(1);
    standIn.play({ gpus: 4, faults: [{ kind: 'lost', gpu: 1 }] });
    await until(() => stateOf(1) === 'lost');
    expect(uuidOf(1)).toBe(uuid);
    expect(powered()).toBe(3);
    expect(stateOf(0)).toBe('ok');
    expect(scraped().get('gradwatch_gpu_devices_seen')).toBe(3);
    expect(scraped().get('gradwatch_gpu_devices_expected')).toBe(4);
    standIn.play({ gpus: 4 });
    await until(() => stateOf(1) === 'ok');
    expect(powered()).toBe(4);
    expect(uuidOf(1)).toBe(uuid);
    expect(scraped().get('gradwatch_gpu_devices_seen')).toBe(4);
  });

  test.each([
    ['its row lacks a name', { kind: 'lost', gpu: 3, nameless: true }, 'lost'],
    ['its row is gone', { kind: 'row_gone', gpu: 3 }, 'lost'],
    ['it asks for a reset', { kind: 'requires_reset', gpu: 3 }, 'requires_reset'],
    ['it has no handle and fails the query', { kind: 'no_handle', gpu: 3 }, 'lost'],
  ] as const)('a card in trouble keeps its identity when %s', async (_, fault, state) => {
    start({});
    await until(afresh);
    const uuid = uuidOf(3);
    standIn.play({ gpus: 4, faults: [fault] });
    await until((last) => last === 'read' && stateOf(3) === state);
    expect(uuidOf(3)).toBe(uuid);
    expect(powered()).toBe(3);
    standIn.play({ gpus: 4 });
    await until(() => stateOf(3) === 'ok');
    expect(powered()).toBe(4);
  });

  test('a card without a handle from the start is told by its bus id, the others by the kernel module', async () => {
    for (const bus of ['1b', '43', '52', '61'])
      mkdirSync(join(folder, `driver/nvidia/gpus/0000:${bus}:00.0`), { recursive: true });
    start({ faults: [{ kind: 'no_handle', gpu: 1 }] });
    await until(afresh);
    expect(powered()).toBe(3);
    expect(scraped().get('gradwatch_gpu_state{uuid="",gpu="0000:43:00.0",state="lost"}')).toBe(1);
    standIn.play({ gpus: 4 });
    await until(() => stateOf(1) === 'ok');
    expect([...scraped().keys()].filter((name) => name.includes('uuid=""'))).toEqual([]);
  });

  test('the others of a card without a handle are found by their indices where nobody else tells of them', async () => {
    start({ faults: [{ kind: 'no_handle', gpu: 1 }] });
    await until(afresh);
    expect(powered()).toBe(3);
    expect(scraped().get('gradwatch_gpu_state{uuid="",gpu="0000:43:00.0",state="lost"}')).toBe(1);
    expect(scraped().get('gradwatch_gpu_devices_expected')).toBe(4);
    standIn.play({ gpus: 4 });
    await until(() => stateOf(1) === 'ok');
    expect(powered()).toBe(4);
  });

  test.each([
    ['from the start', false, false],
    ['from the start, and the kernel module holds it', false, true],
    ['after it was well', true, false],
    ['after it was well, and the kernel module holds it', true, true],
  ])('the only card without a handle %s is a failure, never a node without GPUs', async (_, wasWell, isHeld) => {
    if (isHeld) mkdirSync(join(folder, 'driver/nvidia/gpus/0000:1b:00.0'), { recursive: true });
    const faults = [{ kind: 'no_handle', gpu: 0 }] as const;
    start({ gpus: 1, faults: wasWell ? [] : faults });
    if (wasWell) {
      await until(afresh);
      standIn.play({ gpus: 1, faults });
    }
    const heard = new Set<string>();
    const before = children.length;
    await until((last) => {
      if (last === 'device_unreachable' || heard.size > 0) heard.add(last);
      return children.length >= before + 4 && heard.size > 0;
    });
    expect([...heard]).toEqual(['device_unreachable']);
    expect(source()).toBe('failing');
    expect(children.flatMap(({ spawnargs }) => spawnargs).filter((argument) => argument === '--id=')).toEqual([]);
    const none = { seen: 0, expected: 1 };
    for (let look = 0; look < 2; look += 1) {
      expect([...scraped()].filter(([name, value]) => name.includes('state="lost"') && value === 1)).toHaveLength(1);
      for (const [name, value] of Object.entries(none))
        expect(scraped().get(`gradwatch_gpu_devices_${name}`)).toBe(value);
      // It stays true.
      collector.expire();
    }
    standIn.play({ gpus: 1 });
    await until(() => stateOf(0) === 'ok');
    expect(powered()).toBe(1);
  });

  test('a card without a handle is told of once, however often it is looked for', async () => {
    start({});
    await until(afresh);
    standIn.play({ gpus: 4, faults: [{ kind: 'no_handle', gpu: 1 }] });
    await until(() => stateOf(1) === 'lost');
    // Each look is a query for all, which fails, and one for the others.
    const before = children.length;
    await until(() => children.length >= before + 4);
    expect(warnings).toEqual(['GPUs are lost: the driver does not reach them']);
  });

  test('a card that answers again is found also while the loop keeps ending', async () => {
    start({});
    await until(afresh);
    standIn.play({ gpus: 4, faults: [{ kind: 'no_handle', gpu: 1 }] });
    await until(() => stateOf(1) === 'lost');
    standIn.play({ gpus: 4, faults: [{ kind: 'truncated', share: 1 }] });
    await until(() => stateOf(1) === 'ok');
    expect(powered()).toBe(4);
  });

  test('hangs: the watchdog ends it, it is started again after a pause, and reads again', async () => {
    start({}, { stale: patient });
    await until(afresh);
    standIn.play({ gpus: 4, faults: [{ kind: 'hang' }] });
    await until((last) => last === 'hung');
    expect(source()).toBe('hung');
    await until(() => children.length >= 4);
    expect(children.filter(isAlive).length).toBeLessThanOrEqual(1);
    standIn.play({ gpus: 4 });
    await until(afresh);
  });

  test('one that ignores SIGTERM is killed, and no second one runs beside it', async () => {
    start({}, { stale: patient });
    await until(afresh);
    standIn.play({ gpus: 4, faults: [{ kind: 'hang', stubborn: true }] });
    await until((last) => last === 'hung');
    expect(children.filter(isAlive)).toHaveLength(1);
    await until(() => children.some(({ signalCode }) => signalCode === 'SIGKILL'));
    expect(children.filter(isAlive).length).toBeLessThanOrEqual(1);
    standIn.play({ gpus: 4 });
    await until(afresh);
  });

  test.each([
    ['', 'sleep 1234'],
    [' and of which one ignores SIGTERM', `(trap '' TERM; while :; do sleep 1; done) & sleep 1234`],
  ])('a script that hangs is ended with all that it started%s, and no second one runs beside it', async (_, script) => {
    const program = join(folder, 'wrapper');
    writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    start({}, { program, stale: 1 });
    await until((last) => last === 'hung');
    await until(() => {
      expect(children.filter(isAlive).length).toBeLessThanOrEqual(1);
      return children.length >= 3;
    });
  });

  test('slow: told as slow while it lives', async () => {
    start({ faults: [{ kind: 'slow', seconds: 3.5 }] });
    await until((last) => last === 'slow');
    expect(source()).toBe('slow');
    expect(children.filter(isAlive)).toHaveLength(1);
    standIn.play({ gpus: 4 });
    await until(afresh);
  });

  test('ends with an error: its words are in the failure, and it is tried again', async () => {
    start({ faults: [{ kind: 'exit', code: 3, text: 'Something went wrong' }] });
    await until((last) => last === 'failed');
    expect(lastWords).toContain('ended with exit code 3: Something went wrong');
    expect(source()).toBe('failing');
    standIn.play({ gpus: 4 });
    await until(afresh);
    expect(source()).toBe('ok');
  });

  test.each([
    ['as fast as it can', "exec yes 'garbage, 1, 2'", 'prints more than 20000 lines, beginning with "garbage, 1, 2"'],
    ['a line now and then', 'while :; do echo garbage; sleep 0.1; done', 'still prints after 5.2 s'],
    ['all in one line', 'while :; do printf garbage; sleep 0.1; done', 'still prints after 5.2 s'],
  ])('a program that never stops printing, %s, is ended and told as unreadable', async (_, script, message) => {
    const program = join(folder, 'flood');
    writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    start({}, { program, stale: patient });
    await until((last) => last === 'unreadable');
    expect(lastWords).toContain(message);
    expect(source()).toBe('failing');
    await until(() => children.length >= 2);
    expect(children[0] === undefined || isAlive(children[0])).toBe(false);
  });

  test('no program of the usual name, and no GPU on the bus: a node without GPUs, quietly', async () => {
    start({}, { program: 'nvidia-smi' });
    await until(afresh);
    expect(scraped().get('gradwatch_gpu_devices_seen')).toBe(0);
    expect(scraped().get('gradwatch_gpu_devices_expected')).toBe(0);
    expect(source()).toBe('no_gpu');
  });

  test('no program of the usual name, but a GPU on the bus: a failure', async () => {
    mkdirSync(join(folder, 'bus/pci'), { recursive: true });
    writeFileSync(join(folder, 'bus/pci/devices'), '1b00\t10de2330\t1c\t0\t0\tnvidia\n');
    start({}, { program: 'nvidia-smi' });
    expect(await until((last) => last !== 'nothing')).toBe('absent');
    expect(source()).toBe('absent');
  });

  test('a program that is named by hand and is not there: a failure that names the option', async () => {
    start({}, { program: join(folder, 'nothing-here') });
    await expect(collector.collect(AbortSignal.timeout(5000))).rejects.toThrow(
      `there is no program ${join(folder, 'nothing-here')}, which gpu.program names`,
    );
    expect(source()).toBe('absent');
  });

  test('no devices: a node without GPUs; they are found when they come', async () => {
    start({ faults: [{ kind: 'no_devices' }] });
    await until(afresh);
    expect(scraped().get('gradwatch_gpu_devices_seen')).toBe(0);
    standIn.play({ gpus: 4 });
    await until(() => scraped().get('gradwatch_gpu_devices_seen') === 4);
  });

  test('no driver: normal without an NVIDIA device on the bus, a failure with one', async () => {
    start({ faults: [{ kind: 'no_driver' }] });
    await until(afresh);
    expect(scraped().get('gradwatch_gpu_devices_seen')).toBe(0);
    mkdirSync(join(folder, 'bus/pci'), { recursive: true });
    writeFileSync(join(folder, 'bus/pci/devices'), '0000\t80860d57\t0\n1b00\t10de2330\t1c\t0\t0\tnvidia\n');
    await until((last) => last === 'driver_unreachable');
  });

  test('expire clears readings and keeps who the cards are', async () => {
    start({});
    await until(afresh);
    collector.expire();
    expect(powered()).toBe(0);
    expect(scraped().has('gradwatch_gpu_devices_seen')).toBe(false);
    expect(stateOf(0)).toBe('unknown');
    expect(scraped().get('gradwatch_gpu_devices_expected')).toBe(4);
  });

  test('the stand-in refuses an unknown field as a whole', () => {
    start({});
    const { status, stdout } = spawnSync(standIn.path, ['--query-gpu=index,no.such', '--format=csv'], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('Field "no.such" is not a valid field to query.');
    expect(stdout).not.toContain('index');
    expect(status).toBe(2);
  });
});

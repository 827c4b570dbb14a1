import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SourceAbsent, type CollectorContext } from '../../collect/index.ts';
import { SeriesTable, expose } from '../../series/index.ts';
import { printing, type Printed } from '../../../test/support/printing.ts';
import { NvidiaSmi } from '../nvidia-smi.ts';
import { GpuDetailCollector } from './collector.ts';
import type { PlacedRank } from './gpus-of-ranks.ts';

/** What a call of nvidia-smi prints and how it ends; null: it hangs. */
type Play = (args: string) => Printed | null;

let play: Play;
/** What `nvidia-smi nvlink` prints, by its option, with the GPU that is asked for or without: `-s -i 0000:01:00.0`; its calls are not in `calls`. */
let links: string | Readonly<Record<string, ReturnType<Play>>>;
let linkCalls: string[];
/** Where the kernel tells of the calls. */
let procRoot: string;
let calls: string[];
let kills: string[];
let hanging: EventEmitter[];
let table: SeriesTable;
let now: number;
let collector: GpuDetailCollector;
let nvidiaSmi: NvidiaSmi;

function child(args: readonly string[]): ChildProcess {
  const isLinks = args[0] === 'nvlink';
  if (!isLinks) calls.push(args.join(' '));
  const [, option = '', ...rest] = args;
  const call = rest.includes('-i') ? `${option} ${rest.slice(rest.indexOf('-i')).join(' ')}` : option;
  if (isLinks) linkCalls.push(call);
  const linksPlayed = typeof links === 'string' ? { out: links } : (links[call in links ? call : option] ?? null);
  const played = isLinks ? linksPlayed : play(args.join(' '));
  if (played !== null) return printing(played);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const state = { exitCode: null, signalCode: null };
  const made = Object.assign(new EventEmitter(), { stdout, stderr, pid: 42 }, state);
  hanging.push(made);
  return made as unknown as ChildProcess;
}

/** Of a child that has ended nothing is left. */
function kill(_: number, signal: NodeJS.Signals | 0): void {
  if (signal === 0) throw Object.assign(new Error('kill'), { code: 'ESRCH' });
  kills.push(signal);
}

/** The ranks whose GPU the last reading found. */
let placed: readonly PlacedRank[] = [];
/** The GPUs of the MIG instances that the last reading named. */
let carvedOf: ReadonlyMap<string, string> = new Map();

function make(options: { program?: string; details?: boolean } = {}): void {
  const { program = 'nvidia-smi', details = true } = options;
  nvidiaSmi = new NvidiaSmi(
    { enabled: true, details, interval: 1, program, stale_after: 15, retry_after: 1, expected_devices: undefined },
    new Map(),
    { spawn: (_, args) => child(args), kill, graceSeconds: 2, procRoot },
  );
  const quietly = (): void => undefined;
  const context: CollectorContext = {
    table,
    logger: { info: quietly, warn: quietly, error: quietly, debug: quietly },
    now: () => now,
    procRoot: '/nowhere',
    sysRoot: '/nowhere',
    hostRoot: '/nowhere',
  };
  const workers = () => Promise.resolve(new Map([[4937, { run: 'gpt', rank: '3' }]]));
  collector = new GpuDetailCollector(context, nvidiaSmi, { enabled: true, interval: 30 }, workers, {
    ranks: (found) => (placed = found),
    instances: (gpus) => (carvedOf = gpus),
  });
}

beforeEach(() => {
  procRoot = mkdtempSync(join(tmpdir(), 'gradwatch-proc-'));
  [calls, linkCalls, kills, hanging, links] = [[], [], [], [], ''];
  table = new SeriesTable();
  now = 1000;
  make();
});

afterEach(() => {
  rmSync(procRoot, { recursive: true });
  vi.useRealTimers();
});

const collect = (): Promise<void> => collector.collect(new AbortController().signal);

function gpu(index: number, inside: string): string {
  return `\t<gpu id="00000000:0${index}:00.0"><product_name>H100</product_name><uuid>GPU-${index}</uuid>${inside}</gpu>\n`;
}

function document(...gpus: readonly string[]): string {
  return `<?xml version="1.0" ?>\n<nvidia_smi_log><driver_version>590</driver_version><attached_gpus>${gpus.length}</attached_gpus>\n${gpus.join('')}</nvidia_smi_log>\n`;
}

/** The series that begin so, without the labels of the card. */
function series(prefix: string): string[] {
  const text = expose('text', table.snapshot());
  return text
    .split('\n')
    .filter((line) => line.startsWith(`gradwatch_gpu_${prefix}`))
    .map((line) => line.replace('gradwatch_gpu_', ''));
}

const source = (): string | undefined => series('source_state').find((line) => line.endsWith(' 1'));

const carved = `<mig_mode><current_mig>Enabled</current_mig></mig_mode><mig_devices>
  <mig_device><index>0</index><gpu_instance_id>2</gpu_instance_id><compute_instance_id>0</compute_instance_id>
    <device_attributes><shared><multiprocessor_count>60</multiprocessor_count><copy_engine_count>3</copy_engine_count></shared></device_attributes>
    <ecc_error_count><volatile_count><sram_uncorrectable>1</sram_uncorrectable></volatile_count></ecc_error_count>
    <fb_memory_usage><total>40448 MiB</total><used>17 MiB</used></fb_memory_usage></mig_device>
  <mig_device><index>1</index><gpu_instance_id>9</gpu_instance_id><compute_instance_id>0</compute_instance_id></mig_device>
</mig_devices>`;
const list =
  'GPU 0: H100 (UUID: GPU-0)\n  MIG 3g.40gb     Device  0: (UUID: MIG-a)\n  MIG 1g.10gb     Device  1: (UUID: MIG-b)\n';

describe('the collector gpu_detail', () => {
  test('reads all GPUs in one call, and identifies them by itself where no loop does', async () => {
    play = () => ({
      out: document(...[0, 1].map((at) => gpu(at, `<pci><replay_counter>${at}</replay_counter></pci>`))),
    });
    await collect();
    expect(calls).toEqual(['-q -x']);
    expect(series('pcie_replays_total')).toEqual([
      'pcie_replays_total{uuid="GPU-0",gpu="0"} 0',
      'pcie_replays_total{uuid="GPU-1",gpu="1"} 1',
    ]);
    expect(source()).toBe('source_state{collector="gpu_detail",state="ok"} 1');
  });

  test('names MIG instances by -L, and now and then anew though they look the same', async () => {
    play = (args) => ({ out: args === '-L' ? list : document(gpu(0, carved)) });
    await collect();
    await collect();
    expect(calls).toEqual(['-q -x', '-L', '-q -x']);
    expect([...carvedOf]).toEqual([
      ['MIG-a', 'GPU-0'],
      ['MIG-b', 'GPU-0'],
    ]);
    const instance = 'uuid="GPU-0",gpu="0",gpu_instance="2",compute_instance="0"';
    expect(series('mig_info')).toContain(`mig_info{${instance},device="0",mig_uuid="MIG-a",profile="3g.40gb"} 1`);
    expect(series('mig_memory_used')).toEqual([`mig_memory_used_bytes{${instance}} ${17 * 2 ** 20}`]);
    expect(series('mig_engines')).toEqual([`mig_engines{${instance},engine="copy"} 3`]);
    expect(series('mig_sram')).toEqual([`mig_sram_uncorrected_errors_total{${instance}} 1`]);
    // Others were made in their place.
    const remade = list.replace('MIG-a', 'MIG-c').replace('3g.40gb', '3g.40gb+me');
    play = (args) => ({ out: args === '-L' ? remade : document(gpu(0, carved)) });
    now += 60;
    await collect();
    expect(series('mig_info')).toContain(`mig_info{${instance},device="0",mig_uuid="MIG-c",profile="3g.40gb+me"} 1`);
    play = (args) => ({ out: args === '-L' ? '' : document(gpu(0, carved.replace('>9<', '>11<'))) });
    await collect();
    expect(calls.at(-1)).toBe('-L');
    expect(series('mig_info')).toHaveLength(2);
  });

  test('a lost card keeps who its instances are and has no readings, beside one that is well', async () => {
    const other = `${carved}<fan_speed>30 %</fan_speed>`;
    play = (args) => ({ out: args === '-L' ? list : document(gpu(0, carved), gpu(1, other)) });
    await collect();
    const lost = `${carved}<remapped_rows>GPU is lost</remapped_rows>`;
    play = (args) => ({ out: args === '-L' ? '' : document(gpu(0, lost), gpu(1, other)) });
    now += 60;
    await collect();
    expect(calls.at(-1)).toBe('-L');
    expect(series('mig_info')).toHaveLength(4);
    expect(series('mig_info').join()).toContain('mig_uuid="MIG-a",profile="3g.40gb"');
    const ofLost = (line: string): boolean => line.includes('GPU-0');
    expect(series('mig_memory').filter(ofLost)).toEqual([]);
    expect(series('mode_enabled').filter(ofLost)).toEqual([]);
    expect(series('state')).toContain('state{uuid="GPU-0",gpu="0",state="lost"} 1');
    expect(series('fan_ratio')).toEqual(['fan_ratio{uuid="GPU-1",gpu="1"} 0.3']);
  });

  test('shows processes with the worker that they are, and counts them by type', async () => {
    const process = (pid: number, type: string, memory: string) =>
      `<process_info><gpu_instance_id>N/A</gpu_instance_id><pid>${pid}</pid><type>${type}</type><process_name>/usr/bin/python3</process_name><used_memory>${memory}</used_memory></process_info>\n`;
    play = () => ({
      out: document(gpu(0, `<processes>${process(4937, 'C', '160 MiB')}${process(7, 'G', 'N/A')}</processes>`)),
    });
    await collect();
    expect(series('process_memory')).toEqual([
      `process_memory_bytes{uuid="GPU-0",gpu="0",gpu_instance="",compute_instance="",pid="4937",process="python3",type="compute",run="gpt",rank="3"} ${160 * 2 ** 20}`,
    ]);
    expect(placed).toEqual([{ run: 'gpt', rank: '3', uuid: 'GPU-0' }]);
    expect(series('processes{').filter((line) => !line.endsWith(' 0'))).toEqual([
      'processes{uuid="GPU-0",gpu="0",type="compute"} 1',
      'processes{uuid="GPU-0",gpu="0",type="graphics"} 1',
    ]);
    play = () => ({ out: document(gpu(0, '<processes>\n</processes>')) });
    await collect();
    expect(series('process_memory')).toEqual([]);
    expect(series('processes{').every((line) => line.endsWith(' 0'))).toBe(true);
  });

  test('a document into which the name of a process writes a GPU is not taken', async () => {
    const named = (name: string) =>
      `<pci><replay_counter>0</replay_counter></pci><processes><process_info><pid>7</pid><process_name>${name}</process_name></process_info>\n</processes>`;
    const replays = '<pci><replay_counter>987654</replay_counter></pci><processes><process_info><process_name>';
    const forged = (uuid: string) =>
      `x</process_name></process_info></processes></gpu><gpu id="00000000:01:00.0"><uuid>${uuid}</uuid>${replays}`;
    play = () => ({ out: document(gpu(0, named(forged('GPU-1'))), gpu(1, named('a'))) });
    await collect();
    const shown = ['pcie_replays_total{uuid="GPU-0",gpu="0"} 0', 'pcie_replays_total{uuid="GPU-1",gpu="1"} 0'];
    expect(series('pcie_replays_total')).toEqual(shown);
    // With line breaks in it, a name looks like elements.
    for (const uuid of ['GPU-1', 'GPU-2']) {
      play = () => ({ out: document(gpu(0, named(forged(uuid).replaceAll('>', '>\n'))), gpu(1, named('a'))) });
      const sign = 'it tells of 3 GPUs where there are 2';
      await expect(collect()).rejects.toThrow(sign);
      expect(source()).toBe('source_state{collector="gpu_detail",state="failing"} 1');
    }
    play = () => ({ out: document(gpu(0, ''), gpu(0, '')) });
    await expect(collect()).rejects.toThrow('it tells twice of GPU-0');
    expect(series('pcie_replays_total')).toEqual(shown);
  });

  test('lists so many processes of a GPU at most, those with most memory', async () => {
    const many = Array.from(
      { length: 100 },
      (_, at) => `<process_info><pid>${at}</pid><type>C</type><used_memory>${at} MiB</used_memory></process_info>`,
    );
    play = () => ({ out: document(gpu(0, `<processes>${many.join('')}</processes>`)) });
    await collect();
    expect(series('process_memory')).toHaveLength(64);
    expect(series('process_memory').some((line) => line.includes('pid="99"'))).toBe(true);
    expect(series('processes_unlisted')).toEqual(['processes_unlisted{uuid="GPU-0",gpu="0"} 36']);
    const all = Array.from({ length: 20 }, () => many.join('')).join('');
    play = () => ({ out: document(gpu(0, `<processes>${all}</processes><fan_speed>30 %</fan_speed>`)) });
    await collect();
    expect(series('processes_unlisted')).toEqual(['processes_unlisted{uuid="GPU-0",gpu="0"} 1936']);
    expect(series('fan_ratio')).toEqual(['fan_ratio{uuid="GPU-0",gpu="0"} 0.3']);
  });

  test.each([
    ['in place of the document', ''],
    ['in place of its element', document(gpu(1, '')).replace('</nvidia_smi_log>', '')],
  ])('leaves a GPU without a handle out, for it fails the whole call, told %s', async (_, printed) => {
    const said = `${printed}Unable to determine the device handle for GPU0000:00:00.0: Unknown Error\n`;
    play = () => ({ out: document(gpu(0, ''), gpu(1, '<fan_speed>30 %</fan_speed>')) });
    await collect();
    play = (args) =>
      args === '-q -x' ? { out: said, code: 255 } : { out: document(gpu(1, '<fan_speed>40 %</fan_speed>')) };
    await collect();
    expect(calls.slice(1)).toEqual(['-q -x', '-q -x --id=0000:01:00.0']);
    expect(series('fan_ratio')).toEqual(['fan_ratio{uuid="GPU-1",gpu="1"} 0.4']);
  });

  test.each([
    ['0000:00:00.0', 1],
    // One whose bus id is not known cannot be named.
    [' 0', 0],
  ])(
    'finds the others of GPU %s without a handle by their indices where nobody else tells of them',
    async (name, lost) => {
      play = (args) => {
        if (args === '-q -x' || args.endsWith('--id=0'))
          return { out: `Unable to determine the device handle for GPU${name}: Unknown Error\n`, code: 255 };
        if (args.endsWith('csv --id=1')) return { out: 'index, pci.bus_id\n1, 00000000:01:00.0\n' };
        if (args === '-q -x --id=0000:01:00.0') return { out: document(gpu(1, '<fan_speed>40 %</fan_speed>')) };
        return { out: 'No devices were found\n', code: 6 };
      };
      await collect();
      expect(series('fan_ratio')).toEqual(['fan_ratio{uuid="GPU-1",gpu="0000:01:00.0"} 0.4']);
      expect(series('state{').filter((line) => /state="lost"} 1$/.test(line))).toHaveLength(lost);
    },
  );

  test.each(['0000:00:00.0', ' 0'])('the only GPU, %s, without a handle is a failure', async (name) => {
    play = (args) =>
      args === '-q -x' || args.endsWith('--id=0')
        ? { out: `Unable to determine the device handle for GPU${name}: Unknown Error\n`, code: 255 }
        : { out: 'No devices were found\n', code: 6 };
    for (const held of [[], ['0000:00:00.0']]) {
      for (const bus of held) mkdirSync(join(procRoot, 'driver/nvidia/gpus', bus), { recursive: true });
      for (let at = 0; at < 2; at += 1) await expect(collect()).rejects.toMatchObject({ reason: 'device_unreachable' });
      expect(source()).toBe('source_state{collector="gpu_detail",state="failing"} 1');
      expect(series('devices')).toEqual(['devices_seen 0', 'devices_expected 1']);
    }
    expect(calls.filter((call) => call.endsWith('--id='))).toEqual([]);
  });

  test('that there are no others beside a GPU without a handle makes no node without GPUs', async () => {
    play = () => ({ out: document(gpu(0, ''), gpu(1, '')) });
    await collect();
    play = (args) =>
      args === '-q -x'
        ? { out: 'Unable to determine the device handle for GPU0000:00:00.0: Unknown Error\n', code: 255 }
        : { out: 'No devices were found\n', code: 6 };
    await expect(collect()).rejects.toMatchObject({ reason: 'device_unreachable' });
    expect(source()).toBe('source_state{collector="gpu_detail",state="failing"} 1');
  });

  test('shows NVLinks of cards that are well', async () => {
    play = () => ({ out: document(gpu(0, ''), gpu(1, '<clocks>GPU is lost</clocks>')) });
    const of = (at: number) =>
      `GPU ${at}: H100 (UUID: GPU-${at})\n\t Link 0: 25 GB/s\n\t Link 0: CRC Errors: 2\n\t Link 0: Data Tx: 1 KiB\n`;
    links = of(0) + of(1);
    await collect();
    expect(series('nvlink')).toEqual([
      'nvlink_active{uuid="GPU-0",gpu="0",link="0"} 1',
      'nvlink_bandwidth_bytes_per_second{uuid="GPU-0",gpu="0",link="0"} 25000000000',
      'nvlink_active_links{uuid="GPU-0",gpu="0"} 1',
      'nvlink_errors_total{uuid="GPU-0",gpu="0",link="0",kind="crc"} 2',
      'nvlink_bytes_total{uuid="GPU-0",gpu="0",link="0",direction="transmit"} 1024',
    ]);
  });

  test('shows the links that a card had as down when it is told that none is up', async () => {
    play = () => ({ out: document(gpu(0, '')) });
    links = 'GPU 0: H100 (UUID: GPU-0)\n\t Link 0: 25 GB/s\n\t Link 1: 25 GB/s\n';
    await collect();
    links = 'GPU 0: H100 (UUID: GPU-0)\nNVML: Unable to retrieve NVLink information as all links are inActive\n';
    now += 30;
    await collect();
    expect(series('nvlink_active')).toEqual([
      'nvlink_active{uuid="GPU-0",gpu="0",link="0"} 0',
      'nvlink_active{uuid="GPU-0",gpu="0",link="1"} 0',
      'nvlink_active_links{uuid="GPU-0",gpu="0"} 0',
    ]);
  });

  test('counts why one of the small calls failed, and shows what the others said', async () => {
    play = () => ({ out: document(gpu(0, '<fan_speed>3 %</fan_speed>')) });
    links = {
      '-s': { out: 'GPU 0: H100 (UUID: GPU-0)\n\t Link 0: 25 GB/s\n' },
      '-e': { out: 'Something went wrong\n', code: 3 },
      '-gt': { out: 'GPU 0: H100 (UUID: GPU-0)\n\t Link 0: Data Rx: 1 KiB\n' },
    };
    await collect();
    expect(series('call_failures')).toEqual(['call_failures_total{call="nvlink -e",reason="failed"} 1']);
    expect(series('nvlink_active{')).toHaveLength(1);
    expect(series('nvlink_errors')).toEqual([]);
    expect(series('nvlink_bytes')).toHaveLength(1);
    expect(series('fan_ratio')).toHaveLength(1);
    expect(source()).toContain('ok');
  });

  test('makes a small call that this driver never answered rarely', async () => {
    play = () => ({ out: document(gpu(0, '')) });
    const links25 = { out: 'GPU 0: H100 (UUID: GPU-0)\n\t Link 0: 25 GB/s\n' };
    links = { '-s': links25, '-e': links25, '-gt': { out: 'Option -gt is not recognized.\n', code: 2 } };
    for (const seconds of [0, 30, 600]) {
      now += seconds;
      await collect();
    }
    expect(series('call_failures')).toEqual(['call_failures_total{call="nvlink -gt d",reason="failed"} 2']);
  });

  test('makes a small call again with the next document that a card without a handle failed', async () => {
    play = () => ({ out: document(gpu(0, '')) });
    const failed = { out: 'Unable to determine the device handle for GPU0000:01:00.0: Unknown Error\n', code: 255 };
    links = { '-s': failed, '-e': failed, '-gt': failed };
    await collect();
    expect(series('nvlink_active')).toEqual([]);
    const links25 = { out: 'GPU 0: H100 (UUID: GPU-0)\n\t Link 0: 25 GB/s\n' };
    links = { '-s': links25, '-e': links25, '-gt': links25 };
    now += 30;
    await collect();
    expect(series('nvlink_active{')).toHaveLength(1);
  });

  describe('while a card without a handle fails the small calls for all,', () => {
    const failed = { out: 'Unable to determine the device handle for GPU0000:00:00.0: Unknown Error\n', code: 255 };
    const noneOfAll = { '-s': failed, '-e': failed, '-gt': failed };
    const bus = (at: number): string => `0000:0${at}:00.0`;
    const linksOf = (...gpus: readonly number[]) => {
      const out = (at: number, said: string) => ({ out: `GPU ${at}: H100 (UUID: GPU-${at})\n\t Link 0: ${said}\n` });
      return Object.fromEntries(
        gpus.flatMap((at) => [
          [`-s -i ${bus(at)}`, out(at, '25 GB/s')],
          [`-e -i ${bus(at)}`, out(at, `CRC Errors: ${at}`)],
          [`-gt -i ${bus(at)}`, out(at, 'Data Tx: 1 KiB')],
        ]),
      );
    };
    const rest = [1, 2, 3].map((at) => gpu(at, ''));
    const one = 'uuid="GPU-1",gpu="0000:01:00.0"';

    beforeEach(() => {
      play = (args) =>
        args === '-q -x' || args === '-L'
          ? failed
          : args.startsWith('-q')
            ? { out: document(...rest) }
            : args.endsWith('--id=0')
              ? failed
              : /--id=[123]$/.test(args)
                ? { out: `index, pci.bus_id\n${args.slice(-1)}, 00000000:0${args.slice(-1)}:00.0\n` }
                : { out: 'No devices were found\n', code: 6 };
    });

    test('the links of the others are asked for one by one', async () => {
      links = { ...noneOfAll, ...linksOf(1, 2, 3) };
      await collect();
      expect(linkCalls).toEqual([
        '-s',
        ...[1, 2, 3].flatMap((at) => ['-s', '-e', '-gt'].map((o) => `${o} -i ${bus(at)}`)),
      ]);
      expect(series('nvlink_active{')).toHaveLength(3);
      expect(series('nvlink_errors')).toContain(`nvlink_errors_total{${one},link="0",kind="crc"} 1`);
      expect(series('nvlink_bytes')).toHaveLength(3);
      // When all have a handle again, all are asked at once.
      const all = (said: string) => ({ out: `GPU 1: H100 (UUID: GPU-1)\n\t Link 0: ${said}\n` });
      links = { '-s': all('25 GB/s'), '-e': all('CRC Errors: 7'), '-gt': all('Data Tx: 1 KiB') };
      [linkCalls, now] = [[], now + 30];
      await collect();
      expect(linkCalls).toEqual(['-s', '-e', '-gt']);
      expect(series('nvlink_errors')).toEqual([`nvlink_errors_total{${one},link="0",kind="crc"} 7`]);
    });

    test('one that fails has no links, and the others have theirs', async () => {
      links = { ...noneOfAll, ...linksOf(1, 2, 3) };
      await collect();
      const { out, code } = failed;
      const gone = { out: out.replace('0000:00', '0000:02'), code };
      links = { ...noneOfAll, ...linksOf(1, 3), [`-s -i ${bus(2)}`]: gone };
      now += 30;
      await collect();
      expect(series('nvlink_active{').map((line) => /GPU-\d/.exec(line)?.[0])).toEqual(['GPU-1', 'GPU-3']);
    });

    test('one that hangs takes no reading of the others, and is asked for rarely', async () => {
      links = { ...noneOfAll, ...linksOf(1, 2, 3) };
      await collect();
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      links = { ...noneOfAll, ...linksOf(2, 3), [`-s -i ${bus(1)}`]: null };
      now += 30;
      const reading = expect(collect()).rejects.toMatchObject({ reason: 'hung' });
      await vi.waitFor(() => {
        expect(hanging).toHaveLength(1);
      });
      now += 15;
      await vi.advanceTimersByTimeAsync(15_000);
      await reading;
      for (const event of ['exit', 'close']) hanging.at(-1)?.emit(event, null, 'SIGTERM');
      await vi.advanceTimersByTimeAsync(100);
      expect(series('nvlink_active{').map((line) => /GPU-\d/.exec(line)?.[0])).toEqual(['GPU-2', 'GPU-3']);
      vi.useRealTimers();
      [linkCalls, now] = [[], now + 30];
      await collect();
      expect(linkCalls.some((call) => call.endsWith(bus(1)))).toBe(false);
      expect(linkCalls.filter((call) => call.startsWith('-s -i'))).toHaveLength(2);
      expect(series('nvlink_active{')).toHaveLength(2);
      expect(source()).toContain('ok');
    });

    test('what asks slowly is spread over readings, and what was told stays meanwhile', async () => {
      const slowly = (played: Readonly<Record<string, Printed>>) =>
        Object.defineProperties(
          {},
          Object.fromEntries(
            Object.entries(played).map(([call, printed]) => [
              call,
              { get: () => ((now += 2), printed), enumerable: true },
            ]),
          ),
        ) as Readonly<Record<string, Printed>>;
      links = slowly({ ...noneOfAll, ...linksOf(1, 2, 3) });
      for (const shown of [1, 2, 3]) {
        linkCalls = [];
        await collect();
        expect(linkCalls).toHaveLength(4);
        expect(series('nvlink_active{')).toHaveLength(shown);
      }
    });

    test('MIG instances of the others are named, and keep their names where -L takes no id', async () => {
      const named = (args: string): Printed | null => {
        const [, at] = /^-L -i 0000:0(\d)/.exec(args) ?? [];
        return at === undefined ? null : { out: list.replace('GPU-0', `GPU-${at}`).replace('MIG-a', `MIG-a${at}`) };
      };
      const others = play;
      const documents = [1, 2].map((at) => gpu(at, carved));
      play = (args) => named(args) ?? (args.startsWith('-q -x --id') ? { out: document(...documents) } : others(args));
      await collect();
      const names = (): readonly string[] =>
        series('mig_info')
          .map((line) => `${/GPU-\d/.exec(line)?.[0] ?? ''} ${/mig_uuid="(.*?)"/.exec(line)?.[1] ?? ''}`)
          .toSorted();
      const all = ['GPU-1 MIG-a1', 'GPU-1 MIG-b', 'GPU-2 MIG-a2', 'GPU-2 MIG-b'];
      expect(names()).toEqual(all);
      const refused = { out: 'Invalid combination of input arguments.\n', code: 2 };
      documents[1] = gpu(2, carved.replace('>9<', '>11<'));
      play = (args) =>
        args.startsWith('-L -i')
          ? refused
          : args.startsWith('-q -x --id')
            ? { out: document(...documents) }
            : others(args);
      now += 60;
      await collect();
      // Which of them are new cannot be told.
      expect(names()).toEqual([...all.slice(0, 2), 'GPU-2 ', 'GPU-2 ']);
    });
  });

  test('after two small calls that hung, the document is read without small calls for a while', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    play = () => ({ out: document(gpu(0, '<fan_speed>3 %</fan_speed>')) });
    links = { '-s': null };
    for (let calls = 1; calls <= 2; calls += 1) {
      const reading = expect(collect()).rejects.toMatchObject({ reason: 'hung' });
      await vi.waitFor(() => {
        expect(hanging).toHaveLength(calls);
      });
      await vi.advanceTimersByTimeAsync(15_000);
      await reading;
      for (const event of ['exit', 'close']) hanging.at(-1)?.emit(event, null, 'SIGTERM');
      await vi.advanceTimersByTimeAsync(100);
      now += 30;
    }
    vi.useRealTimers();
    expect(series('call_failures')).toEqual(['call_failures_total{call="nvlink -s",reason="hung"} 2']);
    await collect();
    expect(hanging).toHaveLength(2);
    expect(series('fan_ratio')).toHaveLength(1);
    expect(source()).toContain('ok');
  });

  test('with few fields wanted, reads only what --query-gpu has no name for', async () => {
    table = new SeriesTable();
    make({ details: false });
    play = () => ({
      out: document(
        gpu(0, '<c2c_mode>Enabled</c2c_mode><fan_speed>3 %</fan_speed><pci><replay_counter>5</replay_counter></pci>'),
      ),
    });
    await collect();
    expect(series('mode_enabled')).toEqual([]);
    expect(series('fan_ratio')).toHaveLength(1);
    expect(series('pcie_replays')).toHaveLength(1);
  });
});

describe('how asking goes', () => {
  test.each([
    ['No devices were found\n', 6],
    [document(), 0],
    ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", 9],
  ])('a node without GPUs is no failure: %s', async (out, code) => {
    play = () => ({ out, code });
    await expect(collect()).rejects.toBeInstanceOf(SourceAbsent);
    expect(source()).toContain('no_gpu');
  });

  test('a usual program that is not there is no GPU, one that is named by hand a failure', async () => {
    play = () => ({ error: 'ENOENT' });
    await expect(collect()).rejects.toBeInstanceOf(SourceAbsent);
    expect(source()).toContain('no_gpu');
    table = new SeriesTable();
    make({ program: '/opt/nvidia-smi' });
    await expect(collect()).rejects.toMatchObject({
      reason: 'absent',
      message: 'there is no program /opt/nvidia-smi, which gpu.program names',
    });
    expect(source()).toContain('absent');
  });

  test.each([
    ['an error', { out: 'Something went wrong\n', code: 3 }, 'failed', 'ended with exit code 3: Something went wrong'],
    ['garbage', { out: '\u0000\u0001 garbage' }, 'unreadable', 'printed no document but'],
    [
      'half a document',
      { out: document(gpu(0, ''), gpu(1, '')).slice(0, 250) },
      'unreadable',
      'broke off after 1 GPUs',
    ],
  ] as const)('%s is a failure with its words', async (_, played, reason, words) => {
    play = () => played;
    await expect(collect()).rejects.toMatchObject({ reason, message: expect.stringContaining(words) as string });
    expect(source()).toContain('failing');
  });

  test('asks at each beat, so that it is well with the first that is answered', async () => {
    play = () => ({ out: '', code: 1 });
    for (let beat = 1; beat <= 5; beat += 1) {
      await expect(collect()).rejects.toMatchObject({ reason: 'failed' });
      expect(calls).toHaveLength(beat);
    }
    play = () => ({ out: document(gpu(0, '')) });
    await collect();
    expect(source()).toContain('ok');
  });

  test('one that hangs is told as hung, then as stuck, and no other is started before it is gone', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    play = () => null;
    const reading = expect(collect()).rejects.toMatchObject({ reason: 'hung' });
    await vi.advanceTimersByTimeAsync(15_000);
    await reading;
    expect(source()).toContain('hung');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(kills).toEqual(['SIGTERM', 'SIGKILL']);
    expect(series('calls_uninterruptible')).toEqual(['calls_uninterruptible 0']);
    mkdirSync(join(procRoot, '42'));
    writeFileSync(join(procRoot, '42/stat'), '42 (nvidia-smi) D 1 42 42 0');
    await expect(collect()).rejects.toMatchObject({ reason: 'stuck' });
    expect(source()).toContain('stuck');
    expect(series('calls_uninterruptible')).toEqual(['calls_uninterruptible 1']);
    expect(calls).toHaveLength(1);
    for (const stuck of hanging) stuck.emit('exit', null, 'SIGKILL');
    for (const stuck of hanging) stuck.emit('close', null, 'SIGKILL');
    await vi.advanceTimersByTimeAsync(1);
    play = () => ({ out: document(gpu(0, '')) });
    vi.useRealTimers();
    await collect();
    expect(source()).toContain('ok');
    expect(series('calls_uninterruptible')).toEqual(['calls_uninterruptible 0']);
  });

  test('a loop that waits for GPUs is woken when some are read, and not when there are none', async () => {
    const wake = vi.spyOn(nvidiaSmi.pause, 'end');
    play = () => ({ out: 'No devices were found\n', code: 6 });
    await expect(collect()).rejects.toBeInstanceOf(SourceAbsent);
    expect(wake).not.toHaveBeenCalled();
    play = () => ({ out: document(gpu(0, '')) });
    await collect();
    expect(wake).toHaveBeenCalledOnce();
  });

  test('a guest with a virtual GPU is read once and not again: its kernel warns of every document', async () => {
    play = () => ({
      out: document(
        gpu(0, '<gpu_virtualization_mode><virtualization_mode>VGPU</virtualization_mode></gpu_virtualization_mode>'),
      ),
    });
    await expect(collect()).rejects.toBeInstanceOf(SourceAbsent);
    await expect(collect()).rejects.toBeInstanceOf(SourceAbsent);
    expect(calls).toHaveLength(1);
    expect(source()).toBeUndefined();
  });

  test('readings that are too old go, and who MIG instances are stays', async () => {
    const inside = `${carved}<pci><replay_counter>5</replay_counter></pci><processes>\n</processes>`;
    play = (args) => ({ out: args === '-L' ? list : document(gpu(0, inside)) });
    await collect();
    collector.expire();
    expect([...series('mig_memory'), ...series('processes')]).toEqual([]);
    expect(series('mig_info')).toHaveLength(2);
  });

  test('where no loop runs, nothing of a card stays that is too old, and it is not called well', async () => {
    play = () => ({ out: document(gpu(0, '<fan_speed>3 %</fan_speed>')) });
    await collect();
    collector.expire();
    expect(series('fan_ratio')).toEqual([]);
    expect(series('state').filter((line) => line.endsWith(' 1'))).toEqual([
      'state{uuid="GPU-0",gpu="0",state="unknown"} 1',
    ]);
  });
});

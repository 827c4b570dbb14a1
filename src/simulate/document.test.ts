import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { answer } from './answer.ts';
import { defaultControl, type Control } from './control.ts';
import { parseInvocation } from './invocation.ts';
import { modelNames } from './models/index.ts';

const time = new Date('2026-08-01T12:00:00.250Z');

interface Node {
  readonly [element: string]: string | Node | readonly Node[] | undefined;
}

function printed(args: readonly string[], control: Partial<Control>): string {
  const invocation = parseInvocation(args);
  if (invocation.ask === 'mistake' || invocation.ask === 'help-query-gpu') throw new Error(invocation.ask);
  const { stdout } = answer(invocation, { ...defaultControl, gpus: 2, ...control }, { time, since: 0, first: true });
  return stdout.toString();
}

const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: false });

function documentOf(control: Partial<Control>) {
  const text = printed(['-q', '-x'], control);
  const { nvidia_smi_log: log } = parser.parse(text) as { readonly nvidia_smi_log: Node };
  return { text, log, gpus: log['gpu'] as readonly Node[] };
}

/** The text of an element by its path. */
function at(node: Node | undefined, path: string): unknown {
  return path.split('/').reduce<unknown>((inner, name) => (inner as Node | undefined)?.[name], node);
}

describe.each(modelNames)('the document of a %s', (model) => {
  test('says the same as CSV at the same moment', () => {
    const fields = ['temperature.gpu', 'memory.used', 'clocks.sm', 'uuid', 'pci.bus_id', 'enforced.power.limit'];
    const rows = printed([`--query-gpu=${fields.join(',')}`, '--format=csv,noheader'], { model })
      .trimEnd()
      .split('\n');
    const { gpus } = documentOf({ model });
    const cells = gpus.map((gpu) =>
      [
        String(at(gpu, 'temperature/gpu_temp')).replace(' C', ''),
        at(gpu, 'fb_memory_usage/used'),
        at(gpu, 'clocks/sm_clock'),
        gpu['uuid'],
        gpu['@_id'],
        at(gpu, 'gpu_power_readings/current_power_limit') ?? at(gpu, 'power_readings/enforced_power_limit'),
      ].join(', '),
    );
    expect(cells).toEqual(rows.map((row) => row.replaceAll('[N/A]', 'N/A')));
  });
});

describe('the layout of the document', () => {
  const of = (model: Control['model'], driver: string | null = null): Node | undefined =>
    documentOf({ model, driver }).gpus[0];

  test('follows the driver', () => {
    expect(at(of('h100', '525.60.13'), 'power_readings/power_draw')).toMatch(/ W$/);
    expect(at(of('h100', '535.183.01'), 'gpu_power_readings/power_draw')).toMatch(/ W$/);
    expect(at(of('h100', '570.148.08'), 'gpu_power_readings/average_power_draw')).toMatch(/ W$/);
    expect(at(of('h100', '570.148.08'), 'gpu_power_readings/power_draw')).toBeUndefined();
    expect(at(of('h100', '525.60.13'), 'clocks_throttle_reasons/clocks_throttle_reason_gpu_idle')).toBe('Not Active');
    expect(at(of('h100', '570.148.08'), 'clocks_event_reasons_counters')).toBeUndefined();
    expect(of('h100', '575.57.08')).toHaveProperty('clocks_event_reasons_counters');
    expect(at(of('h100', '570.148.08'), 'gpu_reset_status/reset_required')).toMatch(/deprecated/);
    expect(of('h100', '580.105.08')).not.toHaveProperty('gpu_reset_status');
    expect(at(of('gb200', '580.105.08'), 'fabric/health/partition_assigned')).toBeUndefined();
    expect(at(of('gb200', '580.173.02'), 'fabric/health/partition_assigned')).toBe('N/A');
  });

  test('follows the generation of the card', () => {
    expect(at(of('v100'), 'ecc_errors/volatile/single_bit/l1_cache')).toBe('0');
    expect(at(of('t4'), 'ecc_errors/volatile/sram_uncorrectable')).toBe('0');
    expect(at(of('a100', '535.183.01'), 'ecc_errors/volatile/sram_uncorrectable')).toBe('0');
    expect(at(of('a100'), 'ecc_errors/volatile/sram_uncorrectable_secded')).toBe('0');
    expect(at(of('a100'), 'temperature/gpu_temp_slow_threshold')).toBe('89 C');
    expect(at(of('h100'), 'temperature/gpu_temp_slow_tlimit_threshold')).toBe('-2 C');
    expect(at(of('t4'), 'remapped_rows')).toBe('N/A');
    expect(at(of('t4'), 'retired_pages/double_bit_retirement/retired_count')).toBe('0');
    expect(at(of('gb200'), 'module_power_readings/current_power_limit')).toBe('2500.00 W');
    expect(at(of('b200'), 'power_smoothing')).toBe('Insufficient Permissions');
  });

  test('has the instances of a card in MIG mode with their processes, and no utilisation of the whole', () => {
    const gpu = of('a100-mig');
    expect(at(gpu, 'utilization/gpu_util')).toBe('N/A');
    const devices = at(gpu, 'mig_devices/mig_device') as readonly Node[];
    expect(devices.map((device) => at(device, 'fb_memory_usage/total'))).toEqual([
      '40192 MiB',
      '19968 MiB',
      '9728 MiB',
    ]);
    const processes = at(gpu, 'processes/process_info') as readonly Node[];
    expect(processes.map((process) => process['gpu_instance_id'])).toEqual(['2', '3', '9']);
  });

  test('tells the process ids that it was given', () => {
    const { gpus } = documentOf({ pids: [77] });
    expect(at(gpus[0], 'processes/process_info/pid')).toBe('77');
    expect(at(gpus[1], 'processes/process_info/pid')).not.toBe('77');
  });

  test('tells the names of processes that it was given as they are', () => {
    const name = 'python -c "a <b> & c\n" &amp; </d>';
    const text = printed(['-q', '-x'], { names: [name] });
    expect(text).toContain(`\t\t\t\t<process_name>${name}</process_name>\n`);
    expect(text).toContain('\t\t\t\t<process_name>/usr/bin/python3</process_name>\n');
  });

  test('of a lost card says so in every reading, and in place of the whole of some', () => {
    const { gpus } = documentOf({ faults: [{ kind: 'lost', gpu: 1 }] });
    expect(at(gpus[1], 'temperature/gpu_temp')).toBe('GPU is lost');
    expect(at(gpus[1], 'remapped_rows')).toBe('GPU is lost');
    expect(at(gpus[1], 'uuid')).toMatch(/^GPU-/);
    expect(at(gpus[0], 'temperature/gpu_temp')).toMatch(/ C$/);
  });

  test('is as large as that of a real machine', () => {
    const { text } = documentOf({ model: 'b200', gpus: 8 });
    expect(text.length).toBeGreaterThan(300_000);
    expect(text.length).toBeLessThan(400_000);
  });
});

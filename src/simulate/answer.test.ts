import { describe, expect, test } from 'vitest';
import { answer, delay } from './answer.ts';
import { defaultControl, type Control } from './control.ts';
import type { Fault } from './faults.ts';
import { gpus, mostGpus, readings } from './gpu.ts';
import { parseInvocation } from './invocation.ts';
import { h100 } from './models/h100-80gb-hbm3.ts';
import { helpText, queryFields } from './query-fields.ts';

const time = new Date('2026-08-01T12:00:00.250Z');

function ask(args: readonly string[], faults: readonly Fault[] = [], machine: Partial<Control> = {}) {
  const control = { ...defaultControl, gpus: 3, ...machine, faults };
  const invocation = parseInvocation(args);
  if (invocation.ask !== 'query-gpu' && invocation.ask !== 'list') throw new Error(`asks ${invocation.ask}`);
  return answer(invocation, gpus(h100, control.gpus, control.seed), control, time, true);
}

function lines(args: readonly string[], faults: readonly Fault[] = []): string[] {
  return ask(args, faults).stdout.trimEnd().split('\n');
}

const csv = '--format=csv';

describe('the stand-in', () => {
  test('answers any subset under any alias, with the first name and the unit in the header', () => {
    expect(lines(['--query-gpu=timestamp,gpu_bus_id,memory.total,fan.speed,clocks.mem', csv])).toEqual([
      'timestamp, pci.bus_id, memory.total [MiB], fan.speed [%], clocks.current.memory [MHz]',
      '2026/08/01 12:00:00.250, 00000000:1B:00.0, 81559 MiB, [N/A], 2619 MHz',
      '2026/08/01 12:00:00.250, 00000000:43:00.0, 81559 MiB, [N/A], 2619 MHz',
      '2026/08/01 12:00:00.250, 00000000:52:00.0, 81559 MiB, [N/A], 2619 MHz',
    ]);
  });

  test('leaves out header and units as told, and rows that were not asked for', () => {
    const args = ['--query-gpu=index,power.limit', '--format=csv,noheader,nounits', '-i', '2,00000000:1b:00.0'];
    expect(lines(args)).toEqual(['0, 700.00', '2, 700.00']);
  });

  test('finds nothing where there is nothing', () => {
    expect(ask(['--query-gpu=index', csv, '-i', '7'])).toMatchObject({ stdout: 'No devices were found\n', code: 6 });
  });

  test('reads intervals in seconds and milliseconds', () => {
    const query = '--query-gpu=index';
    expect(parseInvocation([query, csv])).toMatchObject({ everyMilliseconds: null });
    expect(parseInvocation([query, csv, '-l', '2'])).toMatchObject({ everyMilliseconds: 2000 });
    expect(parseInvocation([query, csv, '-lms', '100'])).toMatchObject({ everyMilliseconds: 100 });
    expect(parseInvocation([query, csv, '--loop-ms=250'])).toMatchObject({ everyMilliseconds: 250 });
  });

  test('refuses what it does not know', () => {
    expect(parseInvocation(['--query-gpu=index,nope', csv])).toEqual({
      ask: 'mistake',
      text: 'Field "nope" is not a valid field to query.\n',
    });
    expect(parseInvocation(['--query-gpu=index'])).toMatchObject({ ask: 'mistake' });
    expect(parseInvocation(['--frobnicate'])).toMatchObject({ ask: 'mistake' });
  });

  test('a lost card answers with an error where its readings were', () => {
    const query = ['--query-gpu=index,uuid,temperature.gpu,count', '--format=csv,noheader'];
    const [, second] = lines(query, [{ kind: 'lost', gpu: 1 }]);
    expect(second).toMatch(/^1, GPU-[-0-9a-f]{36}, \[GPU is lost\], 3$/);
    expect(lines(query, [{ kind: 'lost', gpu: 1, nameless: true }])[1]).toBe(
      '[GPU is lost], [GPU is lost], [GPU is lost], 3',
    );
    expect(lines(query, [{ kind: 'row_gone', gpu: 1 }]).map((line) => line[0])).toEqual(['0', '2']);
  });

  test('a card without a handle fails every query that includes it', () => {
    const faults: Fault[] = [{ kind: 'no_handle', gpu: 1 }];
    expect(ask(['--query-gpu=index', csv], faults)).toEqual({
      stdout: '',
      stderr: 'Unable to determine the device handle for GPU0000:43:00.0: Unknown Error\n',
      code: 255,
    });
    expect(ask(['--query-gpu=index', csv, '--id=0,2'], faults)).toMatchObject({ code: null, stdout: 'index\n0\n2\n' });
  });

  test('is slow or hangs as told', () => {
    const control = (...faults: Fault[]): Control => ({ ...defaultControl, faults });
    expect(delay(control())).toBe(0);
    expect(delay(control({ kind: 'slow', seconds: 2 }, { kind: 'lost', gpu: 0 }))).toBe(2);
    expect(delay(control({ kind: 'hang' }))).toBe(Infinity);
  });

  test('the same seed gives the same GPUs, another seed others; all differ', () => {
    const uuids = (seed: number): string[] => gpus(h100, mostGpus, seed).map(({ uuid }) => uuid);
    expect(uuids(7)).toEqual(uuids(7));
    expect(new Set([...uuids(7), ...uuids(8)]).size).toBe(2 * mostGpus);
  });

  test('readings move and stay what such a card can show', () => {
    const [gpu] = gpus(h100, 1, 3);
    const seen = Array.from({ length: 500 }, (_, at) => readings(gpu!, 1.8e9 + at));
    expect(new Set(seen.map(({ averageWatts }) => averageWatts)).size).toBeGreaterThan(400);
    for (const reading of seen) {
      expect(reading.utilization).toBeGreaterThan(80);
      expect(reading.utilization).toBeLessThanOrEqual(100);
      expect(reading.averageWatts).toBeLessThan(h100.limitWatts);
      expect(reading.celsius).toBeGreaterThan(40);
      expect(reading.celsius).toBeLessThan(80);
      expect(reading.memoryUsedMebibytes + h100.reservedMebibytes).toBeLessThan(h100.memoryMebibytes);
    }
  });

  test('its help text names every field once', () => {
    expect(
      helpText().startsWith('List of valid properties to query for the switch "--query-gpu":\n\n"timestamp"\n'),
    ).toBe(true);
    expect(helpText()).toContain('\n"clocks.current.sm" or "clocks.sm"\n');
    const names = queryFields.flatMap((field) => field.names);
    expect(new Set(names).size).toBe(names.length);
  });

  test('what the model says is always for a field that exists', () => {
    const names = new Set(queryFields.map((field) => field.names[0]));
    expect([...h100.constants.keys()].filter((name) => !names.has(name))).toEqual([]);
  });
});

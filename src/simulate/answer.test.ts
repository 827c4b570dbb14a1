import { describe, expect, test } from 'vitest';
import { answer, delay, help } from './answer.ts';
import { defaultControl, type Control } from './control.ts';
import { factsOf } from './facts.ts';
import type { Fault } from './faults.ts';
import { parseInvocation } from './invocation.ts';
import { gpus, mostGpus } from './machine.ts';
import { modelNames, models } from './models/index.ts';
import { queryFields } from './query-fields.ts';
import { readings } from './readings.ts';

const time = new Date('2026-08-01T12:00:00.250Z');
const since = time.getTime() / 1000 - 60;

function ask(args: readonly string[], control: Partial<Control> = {}) {
  const invocation = parseInvocation(args);
  if (invocation.ask === 'mistake' || invocation.ask === 'help-query-gpu') throw new Error(`asks ${invocation.ask}`);
  return answer(invocation, { ...defaultControl, gpus: 3, ...control }, { time, since, first: true });
}

function lines(args: readonly string[], ...faults: readonly Fault[]): string[] {
  return ask(args, { faults }).stdout.toString().trimEnd().split('\n');
}

const csv = '--format=csv';

describe('a query', () => {
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

  test('refuses as a whole what the driver does not know', () => {
    const refused = { stdout: 'Field "nope" is not a valid field to query.\n\n', code: 2 };
    expect(ask(['--query-gpu=index,nope', csv])).toMatchObject(refused);
    expect(ask(['--query-gpu=index,fabric.state', csv], { driver: '515.105.01' })).toMatchObject({ code: 2 });
  });
});

describe('the command line', () => {
  test('reads intervals in seconds and milliseconds', () => {
    const query = '--query-gpu=index';
    expect(parseInvocation([query, csv])).toMatchObject({ everyMilliseconds: null });
    expect(parseInvocation([query, csv, '-l', '2'])).toMatchObject({ everyMilliseconds: 2000 });
    expect(parseInvocation([query, csv, '-lms', '100'])).toMatchObject({ everyMilliseconds: 100 });
    expect(parseInvocation([query, csv, '--loop-ms=250'])).toMatchObject({ everyMilliseconds: 250 });
  });

  test('asks for the document and the list in short and in long', () => {
    expect(parseInvocation(['-q', '-x', '-i', '1'])).toMatchObject({ ask: 'document', ids: ['1'] });
    expect(parseInvocation(['--query', '--xml-format'])).toMatchObject({ ask: 'document', ids: null });
    expect(parseInvocation(['-L'])).toMatchObject({ ask: 'list' });
  });

  test('refuses what it does not know', () => {
    expect(parseInvocation(['--query-gpu=index'])).toMatchObject({ ask: 'mistake' });
    expect(parseInvocation(['-q'])).toMatchObject({ ask: 'mistake' });
    expect(parseInvocation(['--frobnicate'])).toMatchObject({ ask: 'mistake' });
  });
});

describe('a fault', () => {
  const query = ['--query-gpu=index,uuid,temperature.gpu,count', '--format=csv,noheader'];

  test('of a card stands where its readings were', () => {
    expect(lines(query, { kind: 'lost', gpu: 1 })[1]).toMatch(/^1, GPU-[-0-9a-f]{36}, \[GPU is lost\], 3$/);
    expect(lines(query, { kind: 'lost', gpu: 1, nameless: true })[1]).toBe(
      '[GPU is lost], [GPU is lost], [GPU is lost], 3',
    );
    expect(lines(query, { kind: 'row_gone', gpu: 1 }).map((line) => line[0])).toEqual(['0', '2']);
    expect(lines(query, { kind: 'miscounted', count: 7 })[0]).toMatch(/, 7$/);
  });

  test('of a handle fails every query that includes the card', () => {
    const faults: Fault[] = [{ kind: 'no_handle', gpu: 1 }];
    expect(ask(['--query-gpu=index', csv], { faults })).toEqual({
      stdout: '',
      stderr: 'Unable to determine the device handle for GPU0000:43:00.0: Unknown Error\n',
      code: 255,
    });
    expect(ask(['--query-gpu=index', csv, '--id=0,2'], { faults })).toMatchObject({ stdout: 'index\n0\n2\n' });
    expect(ask(['-q', '-x'], { faults })).toMatchObject({ stdout: '', code: 255 });
    for (const call of [['-L'], ['nvlink', '-s'], ['nvlink', '-e'], ['nvlink', '-gt', 'd']]) {
      expect(ask(call, { faults })).toMatchObject({ stdout: '', code: 255 });
      expect(ask([...call, '-i', '0000:43:00.0'], { faults })).toMatchObject({ stdout: '', code: 255 });
      const { stdout } = ask([...call, '-i', '0000:52:00.0'], { faults });
      expect(String(stdout).match(/^GPU \d/gm)).toEqual(['GPU 2']);
      expect(stdout.includes('Link 0: ')).toBe(call[0] === 'nvlink');
    }
    // This command takes one id and no list of them.
    expect(ask(['nvlink', '-s', '-i', '0,2'])).toMatchObject({ stdout: 'No devices were found\n', code: 6 });
  });

  test('of time can be confined to one call', () => {
    expect(delay([], 'query-gpu')).toBe(0);
    expect(
      delay(
        [
          { kind: 'slow', seconds: 2 },
          { kind: 'lost', gpu: 0 },
        ],
        'document',
      ),
    ).toBe(2);
    expect(delay([{ kind: 'hang' }], 'query-gpu')).toBe(Infinity);
    expect(delay([{ kind: 'hang', call: 'document' }], 'query-gpu')).toBe(0);
  });

  test('counts memory errors, growing', () => {
    const errors = 'ecc.errors.uncorrected.volatile';
    const asked = [`--query-gpu=${errors}.dram,${errors}.sram,${errors}.total,remapped_rows.pending`, csv];
    const fault = { kind: 'ecc', gpu: 1, severity: 'uncorrected', count: 2 } as const;
    expect(lines(asked, { ...fault, location: 'dram', per_minute: 5 }).slice(1)).toEqual([
      '0, 0, 0, No',
      '7, 0, 7, Yes',
      '0, 0, 0, No',
    ]);
    expect(lines(asked, { ...fault, location: 'sram' })[2]).toBe('0, 2, 2, No');
  });

  test('throttles: the reason, the kind of it, the mask, the time, and the clock', () => {
    const reason = 'clocks_event_reasons';
    const asked = `${reason}.hw_thermal_slowdown,${reason}.hw_slowdown,${reason}.active,${reason}_counters.hw_thermal_slowdown,clocks.sm`;
    const [, first, second = ''] = lines([`--query-gpu=${asked}`, '--format=csv,nounits'], {
      kind: 'throttled',
      gpu: 1,
      reason: 'hw_thermal_slowdown',
    });
    expect(first).toMatch(/^Not Active, Not Active, 0x0000000000000000, 0, 19\d\d$/);
    expect(second).toMatch(/^Active, Active, 0x0000000000000048, 60000000, 1[01]\d\d$/);
  });

  test('takes a field away, from the help text too', () => {
    const faults: Fault[] = [{ kind: 'field_gone', field: 'clocks.sm' }];
    expect(ask(['--query-gpu=index,clocks.sm', csv], { faults })).toMatchObject({ code: 2 });
    expect(help({ ...defaultControl, faults })).not.toContain('"clocks.sm"');
    expect(help(defaultControl)).toContain('\n"clocks.current.sm" or "clocks.sm"\n');
  });

  test('spoils what is printed', () => {
    const asked = ['--query-gpu=memory.total,memory.used', csv];
    const whole = ask(asked).stdout.toString();
    expect(lines(asked, { kind: 'wrong_unit', unit: 'MiB', shown: 'W' })[0]).toBe('memory.total [W], memory.used [W]');
    expect(lines(asked, { kind: 'wrong_unit', unit: 'MiB', shown: 'W' })[1]).toMatch(/^81559 W, \d+ W$/);
    expect(ask(asked, { faults: [{ kind: 'truncated', share: 0.5 }] })).toMatchObject({
      stdout: whole.slice(0, Math.floor(whole.length / 2)),
      code: 0,
    });
    const garbage = Buffer.from(ask(asked, { faults: [{ kind: 'garbage' }] }).stdout);
    expect(new Set(garbage).size).toBe(256);
  });

  test('of the driver ends the call as the driver does', () => {
    expect(ask(['-L'], { faults: [{ kind: 'no_driver' }] })).toMatchObject({ code: 9 });
    expect(ask(['-L'], { faults: [{ kind: 'driver_mismatch' }] })).toMatchObject({
      stdout: 'Failed to initialize NVML: Driver/library version mismatch\n',
      code: 18,
    });
    expect(ask(['-L'], { faults: [{ kind: 'no_devices' }] })).toMatchObject({ code: 6 });
  });
});

describe('a machine', () => {
  test('of the same seed has the same GPUs, of another seed others; all differ', () => {
    const uuids = (seed: number): string[] => gpus(models.h100, mostGpus, seed).map(({ uuid }) => uuid);
    expect(uuids(7)).toEqual(uuids(7));
    expect(new Set([...uuids(7), ...uuids(8)]).size).toBe(2 * mostGpus);
  });

  test('lists its GPUs, and their MIG instances with UUIDs of their own', () => {
    expect(lines(['-L'])).toHaveLength(3);
    const listed = ask(['-L'], { model: 'a100-mig', gpus: 2 }).stdout.toString();
    const uuids = [...listed.matchAll(/^ {2}MIG \dg\.\d+gb +Device +\d: \(UUID: (MIG-[-0-9a-f]{36})\)$/gm)];
    expect(new Set(uuids.map(([, uuid]) => uuid)).size).toBe(6);
  });
});

describe.each(modelNames)('a %s', (name) => {
  const model = models[name];

  test('moves, and stays what such a card can show', () => {
    const [gpu] = gpus(model, 1, 3);
    const seen = Array.from({ length: 500 }, (_, at) => readings(gpu!, 1.8e9 + at));
    expect(new Set(seen.map(({ averageWatts }) => averageWatts)).size).toBeGreaterThan(400);
    for (const reading of seen) {
      expect(reading.utilization).toBeGreaterThan(80);
      expect(reading.utilization).toBeLessThanOrEqual(100);
      expect(reading.averageWatts).toBeLessThan(model.power.limit);
      expect(reading.instantWatts).toBeLessThan(model.power.limit);
      expect(reading.celsius).toBeGreaterThan(model.temperature.idle);
      expect(reading.celsius).toBeLessThan(80);
      expect(reading.graphicsMegahertz).toBeLessThanOrEqual(model.clocks.graphics);
      expect(reading.memoryUsedMebibytes + model.memory.reserved).toBeLessThan(model.memory.total);
    }
  });

  test('tells nothing by a name that neither a field nor the document has', () => {
    const [gpu] = gpus(model, 1, 3);
    const facts = factsOf(gpu!, { time, since, count: 1, faults: [] });
    const fields = new Set(
      ['535.1', '570.1', '590.1', '595.1'].flatMap((driver) => queryFields(driver)).flatMap(({ names }) => names),
    );
    const ofDocument =
      /^(brand|architecture|pdi|minor_number|board_|gpu_part|gsp_version|bar1\.|pcie\.(replays|sent|received)|temperature\.(shutdown|slowdown|operation|memory_limit)|power\.memory|power_smoothing$|sparse_|virtualization_mode|clocks\.max\.video)/;
    expect([...facts.keys()].filter((fact) => !fields.has(fact) && !ofDocument.test(fact))).toEqual([]);
  });
});

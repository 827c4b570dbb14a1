import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHeader, splitRow } from './csv.ts';
import { recoveryActions } from './detail-metrics.ts';
import { readRow, type Row } from './row.ts';

const headerLine =
  'count, index, uuid, pci.bus_id, name, power.draw [W], memory.used [MiB], utilization.gpu [%], temperature.gpu, pstate';
const uuid = 'GPU-00000000-1111-2222-3333-444444444444';

function read(line: string, header = headerLine): Row | null {
  const parsed = parseHeader(header);
  const cells = parsed === null ? null : splitRow(line, parsed);
  return parsed === null || cells === null ? null : readRow(cells, parsed);
}

describe('a row of CSV', () => {
  test('is read into base units and an identity', () => {
    const row = read(`2, 1, ${uuid}, 00000000:CF:00.0, NVIDIA H100 80GB HBM3, 631.95 W, 19818 MiB, 100 %, 59, P2`);
    expect(row).toMatchObject({
      count: 2,
      index: 1,
      uuid,
      bus: '0000:cf:00.0',
      name: 'NVIDIA H100 80GB HBM3',
      state: 'ok',
    });
    expect(Object.fromEntries(row!.values)).toEqual({
      power: 631.95,
      memoryUsed: 19_818 * 2 ** 20,
      utilization: 1,
      temperature: 59,
      performanceState: 2,
    });
  });

  test('takes the unit of the header when the cell has none, and refuses one that the field cannot have', () => {
    expect(read('0, 500', 'index, power.draw [mW]')!.values.get('power')).toBe(0.5);
    expect(read('0, 12 GiB', 'index, memory.used [MiB]')!.values.get('memoryUsed')).toBe(12 * 2 ** 30);
    expect(read('0, 500 furlongs', 'index, power.draw [W]')!.values.size).toBe(0);
  });

  test('the header says which column is which, under whatever alias', () => {
    const row = read('70 C, 1980 MHz, GPU-1, 5', 'temperature.gpu, clocks.sm [MHz], gpu_uuid, new.field');
    expect(row).toMatchObject({ uuid: 'GPU-1' });
    expect([...row!.values]).toEqual([
      ['temperature', 70],
      ['smClock', 1.98e9],
    ]);
  });

  test.each([
    '[N/A]',
    'N/A',
    '[Not Supported]',
    '[Requested functionality has been deprecated]',
    '[Function Not Found]',
    '',
  ])('%j is absence, and no fault of the card', (text) => {
    const row = read(`0, ${text}, 61`, 'index, power.draw [W], temperature.gpu');
    expect(row).toMatchObject({ state: 'ok', dropped: [] });
    expect([...row!.values]).toEqual([['temperature', 61]]);
  });

  test.each([
    ['[GPU requires reset]', 'requires_reset'],
    ['[Unknown Error]', 'unknown_error'],
    ['ERR!', 'unknown_error'],
    ['[Insufficient Permissions]', 'not_permitted'],
    ['Insufficient Permissions', 'not_permitted'],
  ])('%j is a state; what else the card tells is kept', (text, state) => {
    const row = read(`0, ${text}, 61`, 'index, power.draw [W], temperature.gpu');
    expect(row).toMatchObject({ state });
    expect([...row!.values]).toEqual([['temperature', 61]]);
  });

  test('a lost card keeps its identity and no reading; the worst of several states counts', () => {
    const row = read(`2, 1, ${uuid}, 00000000:CF:00.0, N, [Unknown Error], 19818 MiB, [GPU is lost], 59, P2`);
    expect(row).toMatchObject({ uuid, bus: '0000:cf:00.0', state: 'lost' });
    expect(row!.values.size).toBe(0);
  });

  test('an identity that is an error is none', () => {
    const row = read(`2, [GPU is lost], [GPU is lost], GPU is lost, [N/A], 1 W, 1 MiB, 1 %, 1, P0`);
    expect(row).toMatchObject({ index: null, uuid: null, bus: null, name: null, count: 2, state: 'lost' });
  });

  test('an impossible number of GPUs is dropped by name', () => {
    const header = parseHeader('index, count');
    if (header === null) throw new Error('no header');
    expect(readRow(['1', '900'], header)).toMatchObject({
      count: null,
      dropped: [{ field: 'count', reason: 'impossible' }],
    });
  });

  test('impossible values are dropped by name', () => {
    const row = read('0, 4294967.29 W, 101 %, 255', 'index, power.draw [W], utilization.gpu [%], temperature.gpu');
    expect(row!.values.size).toBe(0);
    expect(row!.dropped).toEqual(
      ['power.draw', 'utilization.gpu', 'temperature.gpu'].map((field) => ({ field, reason: 'impossible' })),
    );
  });

  test.each([
    ['-5 W', 'impossible'],
    ['-0.01 W', 'impossible'],
    ['1e300 W', 'impossible'],
    ['5 BTU/h', 'unknown_unit'],
    ['5 MiB', 'unknown_unit'],
    ['94,5 W', 'malformed'],
    ['1,094 W', 'malformed'],
    ['1.094,5 W', 'malformed'],
    ['94.5.1 W', 'malformed'],
    ['.5 W', 'malformed'],
    ['-nan W', 'malformed'],
    ['inf W', 'malformed'],
  ])('a power of %j is dropped as %s', (text, reason) => {
    const row = read(`0, ${text}, 40 %`, 'index, power.draw [W], utilization.gpu [%]');
    expect([...row!.values]).toEqual([['utilization', 0.4]]);
    expect(row).toMatchObject({ state: 'ok', dropped: [{ field: 'power.draw', reason }] });
  });

  test('memory with a fraction, which nvidia-smi prints whole, is dropped, except in a unit that is larger than its own', () => {
    for (const text of ['19.818 MiB', '19.818', '0.5 KiB', '20780679.5 B']) {
      const row = read(`0, ${text}`, 'index, memory.used [MiB]');
      expect(row!.values.size, text).toBe(0);
      expect(row!.dropped).toEqual([{ field: 'memory.used', reason: 'malformed' }]);
    }
    expect(read('0, 19.5 GiB', 'index, memory.used [MiB]')!.values.get('memoryUsed')).toBe(19.5 * 2 ** 30);
  });

  test('a power in milliwatts and memory in KiB are read as what they say', () => {
    const row = read('0, 94500 mW, 2048 KiB', 'index, power.draw [W], memory.used [MiB]');
    expect(Object.fromEntries(row!.values)).toEqual({ power: 94.5, memoryUsed: 2 ** 21 });
    expect(row!.dropped).toEqual([]);
  });

  test.each(['[N/A]', 'N/A', '', '[Not Supported]', '[Unknown Error]', 'None', 'Not Found'])(
    '%j in the place of a power is no figure that was dropped',
    (text) => {
      const row = read(`0, ${text}, 40 %`, 'index, power.draw [W], utilization.gpu [%]');
      expect([...row!.values]).toEqual([['utilization', 0.4]]);
      expect(row!.dropped).toEqual([]);
    },
  );

  test('PCI ids are labels of one form', () => {
    const row = read('0, 0x233010DE, 0x16C110DE', 'index, pci.device_id, pci.sub_device_id');
    expect(Object.fromEntries(row!.texts)).toEqual({ pci_device_id: '0x233010DE', pci_sub_device_id: '0x16C110DE' });
  });

  test('every figure becomes the number that is nearest to it in base units', () => {
    const scales = [
      ['utilization.gpu [%]', 'utilization', '%', 2, 100],
      ['fan.speed [%]', 'fan', '%', 2, 300],
      ['power.draw [mW]', 'power', 'mW', 3, 9_999_999],
      ['clocks_event_reasons_counters.sync_boost [us]', 'clockEventTime/sync_boost', 'us', 6, 1e12],
    ] as const;
    const cases = scales.map(([field, id, unit, digits, max]) =>
      fc.integer({ min: 0, max }).map((figure) => ({ field, id, unit, digits, figure })),
    );
    fc.assert(
      fc.property(fc.oneof(...cases), ({ field, id, unit, digits, figure }) => {
        // Division rounds once, so it is the nearest.
        expect(read(`0, ${figure} ${unit}`, `index, ${field}`)!.values.get(id)).toBe(figure / 10 ** digits);
      }),
    );
  });

  test.each([
    ['94 %', 'utilization.gpu [%]', 'utilization', 0.94],
    ['1.5 kW', 'power.draw [W]', 'power', 1500],
    ['142315 mW', 'power.draw [W]', 'power', 142.315],
    ['80 GiB', 'memory.total [MiB]', 'memoryTotal', 80 * 2 ** 30],
    ['80 GB', 'memory.total [MiB]', 'memoryTotal', 80e9],
    ['83886080 KiB', 'memory.total [MiB]', 'memoryTotal', 80 * 2 ** 30],
    ['1.98 GHz', 'clocks.sm [MHz]', 'smClock', 1.98e9],
    ['1.5e2', 'power.draw [W]', 'power', 150],
  ])('%s in %s is %s %d', (text, field, id, value) => {
    expect(read(`0, ${text}`, `index, ${field}`)!.values.get(id)).toBe(value);
  });

  test('another number of cells than the header has is no row, and a line that names no GPU is no header', () => {
    expect(read(`2, 1, ${uuid}`)).toBeNull();
    expect(parseHeader('No devices were found')).toBeNull();
    expect(parseHeader('power.draw [W], temperature.gpu')).toBeNull();
  });

  test.each([
    ['Active', 'clocks_event_reasons.sw_power_cap', 'clockEvent/sw_power_cap', 1],
    ['Not Active', 'clocks_throttle_reasons.sw_power_cap', 'clockEvent/sw_power_cap', 0],
    ['Yes', 'remapped_rows.pending', 'remappedRowsPending', 1],
    ['Enabled', 'mig.mode.current', 'enabled/mig', 1],
    ['Full', 'fabric.health.bandwidth', 'fabricImpaired/bandwidth', 0],
    ['Degraded', 'fabric.health.bandwidth', 'fabricImpaired/bandwidth', 1],
    ['Unknown Error', 'fabric.status', 'fabricImpaired/registration', 1],
    ['91403239 us', 'clocks_event_reasons_counters.sync_boost [us]', 'clockEventTime/sync_boost', 91.403239],
    ['17', 'ecc.errors.corrected.volatile.dram', 'eccErrors/dram/corrected/volatile', 17],
  ])('%j in %s is %s %d, and the card is in order', (text, field, id, value) => {
    const row = read(`0, ${text}`, `index, ${field}`)!;
    expect(row).toMatchObject({ state: 'ok', dropped: [] });
    expect([...row.values]).toEqual([[id, expect.closeTo(value, 9)]]);
  });

  test.each([
    ['Drain P2P', 'drain_p2p'],
    ['GPU Reset', 'reset'],
    ['Node Reboot', 'reboot'],
    ['Call a Friend', 'other'],
  ])('recovery action %j is the state %s', (text, state) => {
    const at = read(`0, ${text}`, 'index, gpu_recovery_action')!.values.get('recoveryAction');
    expect(recoveryActions[at ?? -1]).toBe(state);
  });

  test('an error in a detail is not the state of the card, unless it is lost or requires a reset', () => {
    const state = (text: string): string => read(`0, ${text}`, 'index, mig.mode.current')!.state;
    expect(
      ['[Unknown Error]', '[Insufficient Permissions]', '[GPU requires reset]', '[GPU is lost]'].map(state),
    ).toEqual(['ok', 'ok', 'requires_reset', 'lost']);
  });

  test('one column may fill several series, and texts are kept apart from readings', () => {
    const row = read('0, 500 W, 96.00.A5', 'index, power.draw.average [W], vbios_version')!;
    expect([...row.values.keys()]).toEqual(['power', 'averagePower']);
    expect([...row.texts]).toEqual([['vbios', '96.00.A5']]);
  });

  test('any text in, no throw; values finite and within their limits', () => {
    const cell = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.tuple(fc.double(), fc.constantFrom('W', 'MiB', '%', 'MHz', '')).map((parts) => parts.join(' ')),
      fc.constantFrom('[N/A]', 'P0', '[GPU is lost]', uuid, '00000000:1B:00.0', '1e999', '0x10'),
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 8, maxLength: 12 }), fc.string(), (cells, header) => {
        parseHeader(header);
        const row = read(cells.join(', '));
        if (row === null) return;
        for (const value of row.values.values()) expect(Number.isFinite(value)).toBe(true);
        expect(row.values.get('utilization') ?? 0).toBeLessThanOrEqual(1);
      }),
    );
  });
});

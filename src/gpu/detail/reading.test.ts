import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentPaths } from '../document-paths.ts';
import { readingFields } from '../fields.ts';
import { parseElement } from './element.ts';
import { readGpu, readPreamble } from './reading.ts';

const about = { driver: '590.48.01', count: 8 };

function read(inside: string) {
  const element = parseElement(`<gpu id="00000000:1B:00.0">${inside}</gpu>`);
  if (element === null) throw new Error('the element cannot be read');
  return readGpu(element.leaves, 3, about);
}

/** What was read, by id. */
const values = (inside: string) => Object.fromEntries(read(inside).values);

describe('a GPU of -q -x', () => {
  test('has its identity where --query-gpu has it', () => {
    const row = read('<product_name>NVIDIA B200</product_name><uuid>GPU-1</uuid><serial>N/A</serial>');
    expect(row).toMatchObject({ index: 3, uuid: 'GPU-1', bus: '0000:1b:00.0', name: 'NVIDIA B200', ...about });
    expect(row.texts.has('serial')).toBe(false);
    expect(readPreamble('<driver_version>590.48.01</driver_version> <attached_gpus>8</attached_gpus>')).toEqual({
      ...about,
      dropped: [],
    });
    expect(readPreamble('')).toEqual({ driver: null, count: null, dropped: [] });
    expect(readPreamble('<attached_gpus>900</attached_gpus>')).toMatchObject({
      count: null,
      dropped: [{ field: 'attached_gpus', reason: 'impossible' }],
    });
  });

  test.each([
    [
      'up to driver 525',
      '<power_readings><power_draw>25.58 W</power_draw><power_limit>300.00 W</power_limit><enforced_power_limit>280.00 W</enforced_power_limit></power_readings>',
      { power: 25.58, requestedPowerLimit: 300, powerLimit: 280 },
    ],
    [
      'from 535 on',
      '<gpu_power_readings><power_draw>120.5 W</power_draw><current_power_limit>700 W</current_power_limit></gpu_power_readings><module_power_readings><power_draw>900 W</power_draw></module_power_readings>',
      { power: 120.5, powerLimit: 700, modulePower: 900 },
    ],
    [
      'from 570 on, where the average is not there',
      '<gpu_power_readings><average_power_draw>N/A</average_power_draw><instant_power_draw>49.68 W</instant_power_draw></gpu_power_readings>',
      { power: 49.68, instantPower: 49.68 },
    ],
  ])('tells power %s', (_, inside, told) => {
    expect(values(inside)).toEqual(told);
  });

  test.each([
    ['clocks_throttle_reasons', 'clocks_throttle_reason'],
    ['clocks_event_reasons', 'clocks_event_reason'],
  ])('tells %s as flags', (parent, tag) => {
    const inside = `<${parent}><${tag}_sw_power_cap>Active</${tag}_sw_power_cap><${tag}_hw_slowdown>Not Active</${tag}_hw_slowdown></${parent}>`;
    expect(values(inside)).toEqual({ 'clockEvent/sw_power_cap': 1, 'clockEvent/hw_slowdown': 0 });
  });

  test('tells for how long clocks were held down, in seconds', () => {
    const tag = 'clocks_event_reasons_counters';
    const inside = `<${tag}><${tag}_sw_therm_slowdown>3360324 us</${tag}_sw_therm_slowdown><${tag}_hw_power_brake>0 us</${tag}_hw_power_brake></${tag}>`;
    expect(values(inside)).toEqual({
      'clockEventTime/sw_thermal_slowdown': 3.360324,
      'clockEventTime/hw_power_brake_slowdown': 0,
    });
  });

  test.each([
    [
      'Volta and older',
      '<volatile><single_bit><l2_cache>1</l2_cache><total>2</total></single_bit><double_bit><texture_shm>3</texture_shm></double_bit></volatile>',
      {
        'eccErrors/l2_cache/corrected/volatile': 1,
        'eccErrors/total/corrected/volatile': 2,
        'eccErrors/texture_shm/uncorrected/volatile': 3,
      },
    ],
    [
      'Turing and Ampere',
      '<aggregate><sram_correctable>4</sram_correctable><sram_uncorrectable>5</sram_uncorrectable><dram_uncorrectable>6</dram_uncorrectable></aggregate>',
      {
        'eccErrors/sram/corrected/aggregate': 4,
        'eccErrors/sram/uncorrected/aggregate': 5,
        'eccErrors/dram/uncorrected/aggregate': 6,
      },
    ],
    [
      'newer ones',
      '<aggregate><sram_uncorrectable_parity>7</sram_uncorrectable_parity><sram_threshold_exceeded>Yes</sram_threshold_exceeded></aggregate><aggregate_uncorrectable_sram_sources><sram_microcontroller>8</sram_microcontroller></aggregate_uncorrectable_sram_sources><tpc_repair_pending>No</tpc_repair_pending>',
      {
        'eccErrors/sram_parity/uncorrected/aggregate': 7,
        sramThresholdExceeded: 1,
        'eccErrors/sram_mcu/uncorrected/aggregate': 8,
        'repairPending/tpc': 0,
      },
    ],
  ])('tells ECC errors by location as %s do', (_, inside, told) => {
    expect(values(`<ecc_errors>${inside}</ecc_errors>`)).toEqual(told);
  });

  test('tells limits of temperature as such or as distances, which may be negative', () => {
    const inside =
      '<temperature><gpu_temp_tlimit>49 C</gpu_temp_tlimit><gpu_temp_max_tlimit_threshold>-5 C</gpu_temp_max_tlimit_threshold><gpu_temp_slow_threshold>89 C</gpu_temp_slow_threshold></temperature>';
    expect(values(inside)).toEqual({
      temperatureMargin: 49,
      'temperatureMarginLimit/shutdown': -5,
      'temperatureLimit/slowdown': 89,
    });
  });

  test('reads units as they are: lanes, banks, kilobytes a second, millivolts', () => {
    const inside = `<pci><tx_util>350 KB/s</tx_util><replay_counter>174</replay_counter>
      <pci_gpu_link_info><link_widths><current_link_width>16x</current_link_width></link_widths></pci_gpu_link_info></pci>
      <remapped_rows><row_remapper_histogram><row_remapper_histogram_low>64 bank(s)</row_remapper_histogram_low></row_remapper_histogram></remapped_rows>
      <voltage><graphics_volt>693.750 mV</graphics_volt></voltage>`;
    expect(values(inside)).toEqual({
      'pcieThroughput/transmit': 350_000,
      pcieReplays: 174,
      pcieWidth: 16,
      'remapBanks/low': 64,
      voltage: 0.69375,
    });
  });

  test('takes no value from a tag of the same name elsewhere', () => {
    const inside =
      '<gpu_memory_power_readings><power_draw>22 W</power_draw></gpu_memory_power_readings><utilization><gpu_util>N/A</gpu_util></utilization><max_clocks><sm_clock>1980 MHz</sm_clock></max_clocks>';
    expect(values(inside)).toEqual({ memoryAveragePower: 22, maxSmClock: 1.98e9 });
  });

  test('drops what is physically impossible, and says where it stood', () => {
    const row = read('<temperature><gpu_temp>4000 C</gpu_temp></temperature><pci><tx_util>-3 KB/s</tx_util></pci>');
    expect(row.values.size).toBe(0);
    expect(row.dropped).toEqual(
      ['temperature/gpu_temp', 'pci/tx_util'].map((field) => ({ field, reason: 'impossible' })),
    );
  });

  test('drops what is in an unknown unit or malformed, and says why', () => {
    const row = read(
      '<fb_memory_usage><used>5 furlongs</used></fb_memory_usage><temperature><gpu_temp>41,5 C</gpu_temp></temperature>',
    );
    expect(row.values.size).toBe(0);
    expect(row.dropped).toEqual([
      { field: 'fb_memory_usage/used', reason: 'unknown_unit' },
      { field: 'temperature/gpu_temp', reason: 'malformed' },
    ]);
  });

  test('writes PCI ids as --query-gpu does', () => {
    const row = read(
      '<pci><pci_device_id>233010de</pci_device_id><pci_sub_system_id>16C110DE</pci_sub_system_id></pci>',
    );
    expect(Object.fromEntries(row.texts)).toEqual({ pci_device_id: '0x233010DE', pci_sub_device_id: '0x16C110DE' });
  });
});

describe('the state of a card in -q -x', () => {
  test.each([
    ['<temperature><gpu_temp>GPU is lost</gpu_temp></temperature>', 'lost'],
    ['<remapped_rows>GPU is lost</remapped_rows>', 'lost'],
    ['<fabric><health>GPU requires reset</health></fabric>', 'requires_reset'],
    ['<utilization><gpu_util>Unknown Error</gpu_util></utilization>', 'unknown_error'],
    // A detail that is kept from us is no fault of the card.
    ['<power_smoothing>Insufficient Permissions</power_smoothing>', 'ok'],
    ['<display_mode>Requested functionality has been deprecated</display_mode>', 'ok'],
    ['<product_name>GPU is lost</product_name>', 'ok'],
    ['<processes><process_info><pid>1</pid><process_name>GPU is lost</process_name></process_info></processes>', 'ok'],
  ])('%s is %s', (inside, state) => {
    expect(read(inside).state).toBe(state);
  });

  test('a lost card has no readings, whatever else it still tells', () => {
    const row = read('<fb_memory_usage><total>81559 MiB</total></fb_memory_usage><clocks>GPU is lost</clocks>');
    expect(row.values.size).toBe(0);
  });
});

test('every value that can be read is within the limits of its field', () => {
  const number = fc.oneof(fc.double({ noNaN: true }), fc.bigInt()).map(String);
  fc.assert(
    fc.property(fc.constantFrom(...readingFields), number, fc.constantFrom(...units), (field, text, unit) => {
      const [path] = documentPaths.get(field.id) ?? [];
      if (path === undefined) return;
      const { values } = readGpu(new Map([[path, `${text} ${unit}`.trim()]]), 0, about);
      for (const [id, value] of values) {
        const { min, max } = readingFields.find((other) => other.id === id) ?? field;
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(max);
      }
    }),
  );
});
const units = ['', 'W', 'mW', 'C', '%', 'MiB', 'GiB', 'MHz', 'us', 'KB/s', 'x', 'bank(s)', 'mV'];

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxSensors, parseName, parseTemperature, sensorNames, sensorsAmong } from './hwmon.ts';

describe('sensorsAmong', () => {
  it('finds the sensors of a chip in the order of their numbers, with the attributes that each has', () => {
    const names = ['temp10_input', 'temp2_input', 'temp2_crit', 'temp2_label', 'temp1_max', 'fan1_input', 'name'];
    expect(sensorsAmong(names)).toEqual([
      { channel: 'temp2', input: 'temp2_input', label: 'temp2_label', fault: null, max: null, critical: 'temp2_crit' },
      { channel: 'temp10', input: 'temp10_input', label: null, fault: null, max: null, critical: null },
    ]);
  });

  it('is bounded', () => {
    expect(sensorsAmong(Array.from({ length: 5000 }, (_, at) => `temp${at}_input`))).toHaveLength(maxSensors);
  });
});

describe('parseTemperature', () => {
  it.each([
    ['45000\n', { celsius: 45 }],
    ['-5500', { celsius: -5.5 }],
    ['0\n', { celsius: 0 }],
    ['65261850\n', { dropped: 'implausible' }],
    ['-128000', { dropped: 'implausible' }],
    ['', { dropped: 'malformed' }],
    ['N/A\n', { dropped: 'malformed' }],
    ['45.5', { dropped: 'malformed' }],
    ['1e3', { dropped: 'malformed' }],
  ])('reads %j', (text, expected) => {
    expect(parseTemperature(text)).toEqual(expected);
  });

  it('gives a temperature that can be, or drops, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String)), (text) => {
        const read = parseTemperature(text);
        if ('celsius' in read) expect(Math.abs(read.celsius)).toBeLessThan(200);
      }),
    );
  });
});

describe('sensorNames', () => {
  it('takes a label that is the sensor’s own', () => {
    const sensors = [
      { channel: 'temp1', label: 'Package id 0' },
      { channel: 'temp2', label: 'Core' },
      { channel: 'temp3', label: 'Core' },
      { channel: 'temp4', label: '' },
      { channel: 'temp5', label: 'temp1' },
    ];
    expect(sensorNames(sensors)).toEqual(['Package id 0', 'temp2', 'temp3', 'temp4', 'temp5']);
  });

  it('gives no name twice', () => {
    const label = fc.oneof(fc.constantFrom('temp1', 'temp2', 'Core', ''), fc.string());
    fc.assert(
      fc.property(fc.array(label), (all) => {
        const names = sensorNames(all.map((each, at) => ({ channel: `temp${at}`, label: each })));
        expect(new Set(names).size).toBe(all.length);
      }),
    );
  });
});

describe('parseName', () => {
  it('makes one short line of any text', () => {
    expect(parseName('Core\t 0\n')).toBe('Core 0');
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        expect(parseName(text)).toMatch(/^[^\p{Cc}]{0,64}$/u);
      }),
    );
  });
});

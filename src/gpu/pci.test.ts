import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { busId, driverDevices, hasNvidiaDevice } from './pci.ts';

let proc: string;

beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'gradwatch-proc-'));
});

afterEach(() => {
  rmSync(proc, { recursive: true });
});

describe('PCI', () => {
  test.each([
    ['00000000:CF:00.0', '0000:cf:00.0'],
    ['0000:cf:00.0', '0000:cf:00.0'],
    ['00010000:01:00.1', '10000:01:00.1'],
    ['PCI:0000:9b:00', '0000:9b:00.0'],
    ['[N/A]', null],
    ['12:34', null],
  ])('%s is written as the kernel does', (text, bus) => {
    expect(busId(text)).toBe(bus);
  });

  test('finds a device of NVIDIA by vendor, wherever it is bound', () => {
    expect(hasNvidiaDevice(proc)).toBe(false);
    mkdirSync(join(proc, 'bus/pci'), { recursive: true });
    writeFileSync(join(proc, 'bus/pci/devices'), '0000\t808610de\t0\n0008\t1af41045\t0\t10de0000\n');
    expect(hasNvidiaDevice(proc)).toBe(false);
    writeFileSync(join(proc, 'bus/pci/devices'), '0000\t80860d57\t0\ncf00\t10de2330\t0\t0\tvfio-pci\n');
    expect(hasNvidiaDevice(proc)).toBe(true);
  });

  test('lists what the kernel module holds', () => {
    expect(driverDevices(proc)).toEqual([]);
    mkdirSync(join(proc, 'driver/nvidia/gpus/0000:CF:00.0'), { recursive: true });
    expect(driverDevices(proc)).toEqual(['0000:cf:00.0']);
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ending } from './ending.ts';
import { sourceState } from './sources.ts';
import { judge } from './verdict.ts';

let procRoot: string;
beforeEach(() => {
  procRoot = mkdtempSync(join(tmpdir(), 'gradwatch-proc-'));
});
afterEach(() => {
  rmSync(procRoot, { recursive: true });
});

/** What the series say of asking when nvidia-smi ends so. */
function signal(printed: string, hadGpus = false, leftOut = false): string {
  const exit = { error: null, code: 1, signal: null, silent: false, stderr: '' };
  const verdict = judge(ending(exit, printed), { program: 'nvidia-smi', procRoot, hadGpus, leftOut });
  return verdict.kind === 'none' ? 'no_gpu' : `${sourceState(verdict.reason)}: ${verdict.reason}`;
}

const notLoaded = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.";

test.each([
  'Driver/library version mismatch',
  'Unknown Error',
  'Insufficient Permissions',
  'GPU access blocked by the operating system',
  'N/A',
])('"Failed to initialize NVML: %s" is a driver that fails, also where no PCI device is seen', (why) => {
  expect(signal(`Failed to initialize NVML: ${why}`)).toBe('failing: driver_unreachable');
});

test('a driver that is not loaded means no GPU only where none was seen and none is on the bus', () => {
  expect(signal(notLoaded)).toBe('no_gpu');
  expect(signal('Failed to initialize NVML: Driver Not Loaded')).toBe('no_gpu');
  expect(signal(notLoaded, true)).toBe('failing: driver_unreachable');
  mkdirSync(join(procRoot, 'bus/pci'), { recursive: true });
  writeFileSync(join(procRoot, 'bus/pci/devices'), '0000\t10de2330\t10\n');
  expect(signal(notLoaded)).toBe('failing: driver_unreachable');
  expect(signal('Failed to initialize NVML: Driver Not Loaded')).toBe('failing: driver_unreachable');
});

test('within Windows, whose GPUs are on no PCI bus, a driver that does not answer fails', () => {
  mkdirSync(join(procRoot, 'sys/kernel'), { recursive: true });
  writeFileSync(join(procRoot, 'sys/kernel/osrelease'), '5.15.167.4-microsoft-standard-WSL2\n');
  expect(signal(`${notLoaded}\nFailed to properly shut down NVML: Driver Not Loaded`)).toBe(
    'failing: driver_unreachable',
  );
  writeFileSync(join(procRoot, 'sys/kernel/osrelease'), '6.8.0-45-generic\n');
  expect(signal(notLoaded)).toBe('no_gpu');
});

test('no devices are no GPU, whatever was there, unless one without a handle was left out', () => {
  expect(signal('No devices were found', true)).toBe('no_gpu');
  expect(signal('No devices were found', true, true)).toBe('failing: device_unreachable');
});

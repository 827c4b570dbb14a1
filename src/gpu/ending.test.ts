import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Exit } from '../programs/index.ts';
import { ending, noHandle } from './ending.ts';

function exit(facts: Partial<Exit>): Exit {
  return { error: null, code: null, signal: null, silent: false, stderr: '', ...facts };
}

describe('ending', () => {
  test.each([
    ['no_program', exit({ error: 'ENOENT' }), ''],
    ['no_devices', exit({ code: 6 }), 'No devices were found'],
    ['no_devices', exit({ code: 6, stderr: 'No devices were found\n' }), ''],
    ['no_driver', exit({ code: 9 }), "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."],
    ['no_driver', exit({ code: 12 }), "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system."],
    ['no_driver', exit({ code: 9 }), 'Failed to initialize NVML: Driver Not Loaded'],
    ['driver_refuses', exit({ code: 18 }), 'Failed to initialize NVML: Driver/library version mismatch'],
    ['driver_refuses', exit({ code: 255 }), 'Failed to initialize NVML: Unknown Error'],
    ['driver_refuses', exit({ code: 4 }), 'Failed to initialize NVML: Insufficient Permissions'],
    [
      'driver_refuses',
      exit({ code: 17 }),
      'Failed to initialize NVML: GPU access blocked by the operating system\nFailed to properly shut down NVML: GPU access blocked by the operating system',
    ],
    ['field_refused', exit({ code: 2 }), 'Field "x.y" is not a valid field to query.\n'],
    ['not_permitted', exit({ error: 'EACCES' }), ''],
    ['failed', exit({ error: 'EMFILE' }), ''],
    ['failed', exit({ signal: 'SIGSEGV' }), ''],
    ['failed', exit({ code: 0 }), ''],
  ])('%s', (kind, end, printed) => {
    expect(ending(end, printed).kind).toBe(kind);
  });

  test('says how it failed and what it said, shortened', () => {
    expect(ending(exit({ code: 3, stderr: 'bad thing\nmore' }), '')).toEqual({
      kind: 'failed',
      said: 'ended with exit code 3: bad thing',
    });
    expect(ending(exit({ error: 'EMFILE' }), '')).toEqual({ kind: 'failed', said: 'could not be started: EMFILE' });
    expect(JSON.stringify(ending(exit({ code: 1 }), 'x'.repeat(10_000))).length).toBeLessThan(400);
  });

  test.each([
    ['GPU0000:CF:00.0: Unknown Error', '0000:cf:00.0', null],
    ['GPU 0000:0B:00.0: Unknown Error', '0000:0b:00.0', null],
    ['GPU 000:BA:80.0: Unknown Error', '0000:ba:80.0', null],
    ['GPU1: 0000:34:00.0: Unknown Error', '0000:34:00.0', null],
    ['GPU 0000:02:00.0: GPU is lost.  Reboot the system to recover this GPU', '0000:02:00.0', null],
    ['GPU 7: Unknown Error', null, 7],
    ['GPU1: Unknown Error', null, 1],
    ['GPU', null, null],
  ])('finds the card in "…device handle for %s"', (name, bus, index) => {
    const text = `Unable to determine the device handle for ${name}`;
    expect(noHandle(text)).toEqual({ bus, index });
    expect(ending(exit({ code: 255, stderr: text }), '').kind).toBe('no_handle');
  });

  test('any text in, no throw', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (stderr, printed) => {
        expect(ending(exit({ code: 1, stderr }), printed).kind).toBeTypeOf('string');
        noHandle(`Unable to determine the device handle for GPU${stderr}`);
      }),
    );
  });
});

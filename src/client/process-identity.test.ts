import { expect, test } from 'vitest';
import { findProcess } from './process-identity.ts';

const after = 'S 1 7 7 0 -1 4194560 10 0 0 0 5 3 0 0 20 0 11 0 987654 1000 200';

test('the process is told by the boot of the kernel and its start, whatever its program is called', () => {
  for (const name of ['node', 'a) S 1 (b', '']) {
    const files = new Map([
      ['/proc/sys/kernel/random/boot_id', '0f8fad5b-d9cb-469f-a165-70867728950e\n'],
      ['/proc/self/stat', `7 (${name}) ${after}\n`],
    ]);
    expect(findProcess((path) => files.get(path)!)).toEqual({
      boot_id: '0f8fad5b-d9cb-469f-a165-70867728950e',
      start_ticks: 987654,
    });
  }
});

test('what cannot be read is absent', () => {
  const fail = () => {
    throw new Error('ENOENT');
  };
  expect(findProcess(fail)).toEqual({});
  expect(findProcess(() => '')).toEqual({});
});

import { expect, it } from 'vitest';
import { gpusOfRanks } from './gpus-of-ranks.ts';
import type { GpuProcess, Occupied } from './processes.ts';

const workers = new Map([
  [10, { run: 'r', rank: '0' }],
  [11, { run: 'r', rank: '0' }],
  [20, { run: 'r', rank: '1' }],
]);

function gpu(
  index: number,
  ...processes: (readonly [pid: number, memory: number | null, type?: GpuProcess['type']])[]
) {
  return {
    card: { uuid: `GPU-${index}`, gpu: String(index) },
    processes: processes.map(([pid, memory, type = 'compute']) => ({
      ...{ pid, memory, type, name: 'python3', gpuInstance: '', computeInstance: '', implausible: [], dropped: [] },
    })),
    surplus: 0,
  } satisfies Occupied;
}

const zero = { run: 'r', rank: '0', uuid: 'GPU-0' };

it.each<[string, readonly Occupied[], readonly object[]]>([
  [
    'the GPU that its process is on',
    [gpu(0, [10, 5e9]), gpu(1, [20, 5e9])],
    [zero, { run: 'r', rank: '1', uuid: 'GPU-1' }],
  ],
  ['the GPU that a child of it is on', [gpu(0, [11, 5e9])], [zero]],
  ['the one of two on which it holds more', [gpu(1, [10, 5e8]), gpu(0, [10, 3e9], [11, 1e9])], [zero]],
  ['none of two that are alike', [gpu(0, [10, 5e9]), gpu(1, [10, 5e9])], []],
  ['the only one, where the driver tells no memory', [gpu(0, [10, null])], [zero]],
  ['none of several, where the driver tells no memory', [gpu(0, [10, null]), gpu(1, [10, null])], []],
  ['no GPU that shows its desktop only', [gpu(0, [10, 5e7, 'graphics'])], []],
  ['no GPU of processes that nobody knows', [gpu(0, [99, 5e9])], []],
])('gives a rank %s', (_, gpus, placed) => {
  expect(gpusOfRanks(gpus, workers)).toEqual(placed);
});

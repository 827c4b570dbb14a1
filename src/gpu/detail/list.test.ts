import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseList } from './list.ts';

test('names the MIG instances of each GPU, in the forms of old and new drivers', () => {
  const listed = parseList([
    'GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aaaa)',
    '  MIG 3g.20gb     Device  0: (UUID: MIG-1111)',
    '  MIG 1c.2g.10gb  Device  1: (UUID: MIG-GPU-aaaa/5/0)',
    'GPU 1: NVIDIA A100 (odd: name) (UUID: GPU-bbbb)',
    '  MIG 7g.40gb Device 0: (UUID: MIG-3333)',
  ]);
  expect([...listed]).toEqual([
    ['GPU-aaaa/0', { uuid: 'MIG-1111', profile: '3g.20gb' }],
    ['GPU-aaaa/1', { uuid: 'MIG-GPU-aaaa/5/0', profile: '1c.2g.10gb' }],
    ['GPU-bbbb/0', { uuid: 'MIG-3333', profile: '7g.40gb' }],
  ]);
});

test('an instance is not given to the GPU before a line that cannot be read', () => {
  const listed = parseList([
    'GPU 0: NVIDIA A100 (UUID: GPU-aaaa)',
    'Unable to determine the device handle for GPU 0000:43:00.0: Unknown Error',
    '  MIG 3g.20gb     Device  0: (UUID: MIG-1111)',
  ]);
  expect(listed.size).toBe(0);
});

test('no line makes it throw', () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), (lines) => void parseList(lines)));
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLinks } from './links.ts';

test('reads state and errors of the links of each GPU', () => {
  const links = parseLinks([
    'GPU 0: NVIDIA H100 (UUID: GPU-a)',
    '\t Link 0: 26.562 GB/s',
    '\t Link 1: <inactive>',
    'GPU 1: NVIDIA H100 (UUID: GPU-b)',
    'GPU 0: NVIDIA H100 (UUID: GPU-a)',
    '         Link 0: Replay Errors: 3',
    '         Link 0: CRC Flit Errors: 5',
    '',
    '         Link 1: Recovery Errors: N/A',
  ]);
  expect(links.get('GPU-a')).toEqual([
    {
      link: '0',
      bandwidth: 26.562e9,
      errors: new Map([
        ['replay', 3],
        ['crc_flit', 5],
      ]),
    },
    { link: '1', bandwidth: 0, errors: new Map() },
  ]);
  expect(links.get('GPU-b')).toEqual([]);
});

test('gives no link to the GPU before a line that cannot be read, and takes no impossible rate', () => {
  const lines = ['GPU 0: H100 (UUID: GPU-a)', ' Link 0: 99999 GB/s', 'GPU 1: lost', ' Link 1: 25 GB/s'];
  expect(parseLinks(lines).get('GPU-a')).toEqual([{ link: '0', bandwidth: null, errors: new Map() }]);
});

test('no line makes it throw', () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), (lines) => void parseLinks(lines)));
});

import { expect, it } from 'vitest';
import type { RankHello } from '../../runs/index.ts';
import { peerGroup } from './peers.ts';

const at = (pipeline: number, tensor: number, data: number): Pick<RankHello, 'parallel'> => ({
  parallel: {
    pipeline: { index: pipeline, size: 2 },
    tensor: { index: tensor, size: 2 },
    data: { index: data, size: 2 },
  },
});

it('compares the work of the ranks of one pipeline stage', () => {
  expect(peerGroup('work', at(0, 0, 0))).toBe(peerGroup('work', at(0, 1, 1)));
  expect(peerGroup('work', at(0, 0, 0))).not.toBe(peerGroup('work', at(1, 0, 0)));
});

it('compares the parameters of ranks that differ in their data alone', () => {
  expect(peerGroup('replicas', at(1, 1, 0))).toBe(peerGroup('replicas', at(1, 1, 1)));
  expect(peerGroup('replicas', at(1, 1, 0))).not.toBe(peerGroup('replicas', at(1, 0, 0)));
});

it('takes ranks that tell no coordinates for one group', () => {
  expect(peerGroup('replicas', { parallel: {} })).toBe(peerGroup('replicas', at(0, 0, 1)));
});

import { expect, it } from 'vitest';
import { Feed, steps } from '../../../test/support/detection.ts';
import { memoryFragmentation } from './memory-fragmentation.ts';

it('finds retries that go on, with what the allocator holds in vain, and recovers when they have left the window', () => {
  const feed = new Feed(memoryFragmentation);
  const retries = (at: number) => Math.min(8, Math.max(0, at - 40));
  const values = { memory_reserved_bytes: 80e9, memory_peak_bytes: 48e9 };
  const said = feed.say(steps(200, (at) => ({ allocation_retries: 3 + retries(at), ...values })));
  expect(said[0]).toBe('warning 45');
  expect(said.at(-1)).toBe('recovered 144');
  feed.take({ allocation_retries: 40 });
  expect(feed.take({ allocation_retries: 41, ...values })).toMatchObject({
    cause:
      'Rank 2 had to free cached device memory 30 times within 100 steps; 40 % of what its allocator holds was never in use at once.',
  });
});

it('finds every failure of an allocation, and what was counted before it looked is none', () => {
  const feed = new Feed(memoryFragmentation);
  expect(feed.say(steps(30, (at) => ({ out_of_memory_errors: at < 20 ? 7 : 8 })))[0]).toBe('warning 20');
});

it('passes over retries while the first batches are laid out, and one now and then', () => {
  const feed = new Feed(memoryFragmentation);
  expect(feed.say(steps(600, (at) => ({ allocation_retries: Math.min(at, 8) + Math.floor(at / 60) })))).toEqual([]);
});

it('informs of what is taken again and again though far less is ever in use, and not of one larger batch or of cached memory', () => {
  const held = (gigabytes: (at: number) => number, peak = 34e9) =>
    new Feed(memoryFragmentation).say(
      steps(400, (at) => ({ memory_reserved_bytes: gigabytes(at) * 1e9, memory_peak_bytes: peak })),
    );
  const told = held((at) => 36 + Math.floor(Math.min(at, 200) / 20) * 4);
  expect([told[0], told.at(-1)]).toEqual(['info 160', 'recovered 260']);
  expect(held((at) => (at < 100 ? 40 : 79))).toEqual([]);
  expect(held((at) => (at % 20 === 19 ? 79 : 40))).toEqual([]);
  expect(held((at) => 36 + Math.floor(Math.min(at, 200) / 20) * 4, 60e9)).toEqual([]);
});

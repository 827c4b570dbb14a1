import { expect, it } from 'vitest';
import { cards, MachineFeed, type PlayedCard, type Readings } from '../../../test/support/machine.ts';
import { gpuMissing } from './gpu-missing.ts';

const counted = (seen: number, expected: number): Readings => ({
  gradwatch_gpu_devices_seen: seen,
  gradwatch_gpu_devices_expected: expected,
});
const eight = cards(8, {});
const lost = { 7: { readings: { gradwatch_gpu_state: 'lost' } } };

it.each<[string, readonly PlayedCard[], Readings, readonly string[]]>([
  ['warns of a card that never came', cards(7, {}), counted(7, 8), ['node warning 60']],
  ['leaves a card that was seen before to gpu_lost', cards(8, {}, lost), counted(7, 8), []],
  ['warns where beside a lost card another never came', cards(7, {}, lost), counted(6, 8), ['node warning 60']],
  ['is silent where all are there', eight, counted(8, 8), []],
  ['is silent where there are more than expected', eight, counted(8, 4), []],
  ['is silent where nobody says how many there should be', eight, { gradwatch_gpu_devices_seen: 8 }, []],
  ['is silent while the driver tells nothing', [], { gradwatch_gpu_devices_expected: 8 }, []],
])('%s', (_, played, node, news) => {
  const feed = new MachineFeed(gpuMissing);
  expect(
    feed.pass(
      300,
      () => played,
      () => node,
    ),
  ).toEqual(news);
});

it('passes over a card that comes within a minute, says what is missing, and recovers', () => {
  const node = (second: number) => counted(second < 40 || second >= 600 ? 8 : 7, 8);
  const restless = (second: number) => counted(second % 60 < 30 ? 7 : 8, 8);
  expect(new MachineFeed(gpuMissing).pass(900, () => eight, restless)).toEqual([]);
  expect(new MachineFeed(gpuMissing).pass(900, () => eight, node)).toEqual(['node warning 100', 'node recovered 630']);
  const feed = new MachineFeed(gpuMissing, { after: '0s' });
  expect(feed.look(eight, counted(6, 8))).toMatchObject([
    { score: 2, cause: 'The driver knows 6 of the 8 GPUs that the node should have.' },
  ]);
});

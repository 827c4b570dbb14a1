import { describe, expect, it } from 'vitest';
import { cards, MachineFeed, type PlayedCard, type Readings } from '../../../test/support/machine.ts';
import type { AnyMachineDetector } from './index.ts';
import { gpuNvlinkDegraded } from './gpu-nvlink-degraded.ts';
import { gpuPcieDegraded } from './gpu-pcie-degraded.ts';

const begins = 600;

/** A card of which one counter rises by so many a minute from the tenth minute on, and for so long. */
function news(detector: AnyMachineDetector, series: string, perMinute: number, minutes = 20, flags = {}): string[] {
  const up: Readings = { 'gradwatch_gpu_nvlink_active{link="0"}': 1 };
  return new MachineFeed(detector, flags).pass(3600, (second) => {
    const minute = Math.min(Math.max(0, second - begins) / 60, minutes);
    return cards(1, { ...up, [series]: 1000 + Math.floor(perMinute * minute) });
  });
}

const replays = 'gradwatch_gpu_pcie_replays_total';
const link = (kind: string) => `gradwatch_gpu_nvlink_errors_total{link="0",kind="${kind}"}`;

describe('a PCIe link with fewer lanes than the card has', () => {
  const link = (lanes: number): Readings => ({
    gradwatch_gpu_utilization_ratio: 0.9,
    gradwatch_gpu_pcie_lanes: lanes,
    gradwatch_gpu_pcie_max_lanes: 16,
    gradwatch_gpu_pcie_generation: 4,
    gradwatch_gpu_pcie_max_generation: 4,
  });
  const told = (played: (second: number) => readonly PlayedCard[]) =>
    new MachineFeed(gpuPcieDegraded).pass(600, played);

  it('informs of slots that are wired so, and warns where the card had more, or others like it have', () => {
    expect(told(() => cards(2, link(8)))).toEqual(['GPU-0 info 60', 'GPU-1 info 60']);
    expect(told((second) => cards(1, link(second < 300 ? 16 : 8)))).toEqual(['GPU-0 warning 360']);
    expect(told((second) => cards(1, link(second < 300 ? 8 : 4)))).toEqual(['GPU-0 info 60', 'GPU-0 warning 300']);
    expect(told(() => cards(3, link(16), { 1: { readings: link(8) } }))).toEqual(['GPU-1 warning 60']);
    expect(told(() => cards(2, link(8), { 1: { readings: link(16), model: 'T4' } }))).toEqual(['GPU-0 info 60']);
  });
});

describe('PCIe replays', () => {
  it.each([
    [4, 20, []],
    // Ten minutes at the limit of 8 a minute, told after one minute more.
    [8, 20, ['warning', 1255]],
    [80, 20, ['warning', 720]],
    // A burst of one minute counts for ten: 70 are too few, 200 are not.
    [70, 1, []],
    [200, 1, ['warning', 685]],
  ])('%i a minute for %i minutes: %o', (perMinute, minutes, told) => {
    expect(first(news(gpuPcieDegraded, replays, perMinute, minutes), told)).toEqual(told);
  });

  it('are counted over the window that is asked for', () => {
    expect(first(news(gpuPcieDegraded, replays, 7, 20, { window: '1m' }), [])).toEqual([]);
    expect(first(news(gpuPcieDegraded, replays, 16, 1, { window: '1m', after: '0s' }), [0, 0])).toEqual([
      'warning',
      630,
    ]);
  });

  it('that were counted before, or begin anew with the driver, are no news', () => {
    const feed = new MachineFeed(gpuPcieDegraded);
    const reset = (second: number) => cards(1, { [replays]: second < 900 ? 5000 : 3 });
    expect(feed.pass(1800, reset)).toEqual([]);
  });
});

describe('NVLink errors', () => {
  it.each([
    ['replay', 0.5, 20, []],
    ['replay', 2, 20, ['warning', 910]],
    ['recovery', 60, 1, ['warning', 620]],
    ['link_recovery_failed', 60, 1, ['warning', 620]],
    // Corrected by the link, however many.
    ['fec_corrected', 1e6, 20, []],
    ['link_recovery_successful', 60, 20, []],
    // 90 and 101 CRC errors a second, over ten minutes.
    ['crc_flit', 90 * 60, 20, []],
    ['crc_flit', 101 * 60, 20, ['warning', 1205]],
    ['crc', 1e5, 1, ['warning', 650]],
  ])('of kind %s, %d a minute for %i minutes: %o', (kind, perMinute, minutes, told) => {
    expect(first(news(gpuNvlinkDegraded, link(kind), perMinute, minutes), told)).toEqual(told);
  });

  it('are told with their rate', () => {
    const feed = new MachineFeed(gpuNvlinkDegraded, { after: '0s' });
    const look = (count: number) =>
      feed.look(cards(1, { 'gradwatch_gpu_nvlink_active{link="0"}': 1, [link('crc')]: count }));
    look(0);
    expect(look(120_000)).toMatchObject([{ cause: 'The NVLinks of GPU 0 have 200 CRC errors a second.', score: 2 }]);
  });
});

describe('NVLinks that are down since boot', () => {
  it.each([
    ['both ends of one of eight', [12, 12, 11, 11, 12, 12, 12, 12], ['GPU-2 warning 10', 'GPU-3 warning 10']],
    ['both ends of one of four', [12, 11, 11, 12], ['GPU-1 warning 10', 'GPU-2 warning 10']],
    ['one end of a link to a switch', [18, 17, 18, 18], ['GPU-1 warning 10']],
    ['all of one card', [12, 0, 12, 12], ['GPU-1 warning 10']],
    ['a pair without a bridge', [12, 12, 0, 0], []],
    ['either of a pair', [12, 11], []],
    ['a model that has fewer', [12, 12, 12, 6], [], { 3: { model: 'A30' } }],
  ])('%s: %j', (_, active, told, models: Readonly<Record<number, PlayedCard>> = {}) => {
    const all = active.map((links, at) => ({
      ...models[at],
      readings: { 'gradwatch_gpu_nvlink_active{link="0"}': 1, gradwatch_gpu_nvlink_active_links: links },
    }));
    expect(new MachineFeed(gpuNvlinkDegraded).pass(60, () => all)).toEqual(told);
  });
});

/** The first news, with its second at most two looks beside the expected one. */
function first([told]: readonly string[], expected: readonly (string | number)[]): readonly (string | number)[] {
  if (told === undefined) return [];
  const [, severity = '', second] = told.split(' ');
  const near = expected[1];
  return [severity, typeof near === 'number' && Math.abs(Number(second) - near) <= 35 ? near : Number(second)];
}

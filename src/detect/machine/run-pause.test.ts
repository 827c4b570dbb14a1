import { describe, expect, it } from 'vitest';
import { MachineFeed, type PlayedCard, type Readings } from '../../../test/support/machine.ts';
import type { RankProgress } from '../../runs/index.ts';
import { gpuLowPower } from './gpu-low-power.ts';
import { gpuOutlier } from './gpu-outlier.ts';

const readings = (utilization: number, memory: number, watts: number): Readings => ({
  gradwatch_gpu_utilization_ratio: utilization,
  gradwatch_gpu_memory_utilization_ratio: memory,
  gradwatch_gpu_power_watts: watts,
  gradwatch_gpu_power_limit_watts: 700,
  gradwatch_gpu_sm_clock_hertz: 1.9e9,
});
const trains = readings(0.98, 0.5, 600);
const waits = readings(1, 0, 170);
const saves = readings(0, 0, 90);
const generates = readings(1, 0.7, 215);

const hour = 3600;
const fourHours = 4 * hour;
/** A pause of so many seconds at the end of each hour; seconds since it began, negative before. */
const pausing = (second: number, seconds: number) => (second % hour) - (hour - seconds);
const four = (card: (rank: number) => PlayedCard): PlayedCard[] => [0, 1, 2, 3].map(card);

/** One of four ranks saves for some time at the end of each hour, and the others wait. */
const oneSaves =
  (seconds: number, tells: Partial<RankProgress> = {}) =>
  (second: number): PlayedCard[] => {
    const since = pausing(second, seconds);
    const step = Math.floor(second / hour) * 1000 + Math.min(999, Math.floor((second % hour) / 3));
    return four((rank) => ({
      readings: since < 0 ? trains : rank === 0 ? saves : waits,
      progress: { step, steps: step, idle: Math.max(0, since), ...(since >= 0 && rank === 0 ? tells : {}) },
    }));
  };

describe('one rank saves while the others wait', () => {
  it('is no outlier among their cards', () => {
    for (const told of [{}, { phase: 'checkpoint' } as const])
      expect(new MachineFeed(gpuOutlier).pass(fourHours, oneSaves(600, told))).toEqual([]);
  });

  it('leaves their cards busy at low power, which is told once where nobody says that it saves', () => {
    const news = new MachineFeed(gpuLowPower).pass(fourHours, oneSaves(600));
    expect(news.filter((line) => line.startsWith('GPU-1'))).toEqual([
      expect.stringMatching(/^GPU-1 warning 318\d$/),
      expect.stringMatching(/^GPU-1 recovered 36[56]\d$/),
    ]);
    expect(new MachineFeed(gpuLowPower).pass(fourHours, oneSaves(600, { phase: 'checkpoint' }))).toEqual([]);
  });
});

describe('steps that generate and then learn', () => {
  const stepSeconds = 720;
  const rollouts = (card: Readings) => (second: number) =>
    four((rank) => ({
      readings: second % stepSeconds < 360 ? card : trains,
      progress: { rank, idle: second % stepSeconds, usual: stepSeconds },
    }));

  it('are no stalled collective while they come as usual, whatever their cards draw', () => {
    expect(new MachineFeed(gpuLowPower).pass(fourHours, rollouts(waits))).toEqual([]);
  });

  it('are none either where one takes longer, as long as their cards read their memory', () => {
    const feed = new MachineFeed(gpuLowPower);
    feed.pass(2 * stepSeconds, rollouts(generates));
    const longer = (card: Readings) => (second: number) =>
      four(() => ({ readings: card, progress: { idle: second, usual: stepSeconds } }));
    expect(feed.pass(2 * stepSeconds, longer(generates))).toEqual([]);
    expect(feed.pass(5, () => longer(trains)(0))).toEqual([]);
    // One and a half times as long as usual, and three minutes.
    expect(feed.pass(2 * stepSeconds, longer(waits))).toContainEqual(expect.stringMatching(/^GPU-0 warning 126\d$/));
  });
});

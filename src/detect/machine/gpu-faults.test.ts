import { describe, expect, it } from 'vitest';
import { cards, MachineFeed, type Readings } from '../../../test/support/machine.ts';
import type { AnyMachineDetector } from './index.ts';
import { gpuEccCorrected } from './gpu-ecc-corrected.ts';
import { gpuEccUncorrectable } from './gpu-ecc-uncorrectable.ts';
import { gpuHot } from './gpu-hot.ts';
import { gpuLost } from './gpu-lost.ts';
import { gpuLowPower } from './gpu-low-power.ts';
import { gpuMemoryFailed } from './gpu-memory-failed.ts';
import { gpuMemoryWorn } from './gpu-memory-worn.ts';
import { gpuRepairPending } from './gpu-repair-pending.ts';
import { gpuMemoryJump } from './gpu-memory-jump.ts';
import { gpuMemoryPressure } from './gpu-memory-pressure.ts';
import { gpuNvlinkDegraded } from './gpu-nvlink-degraded.ts';
import { gpuOutlier } from './gpu-outlier.ts';
import { gpuPcieDegraded } from './gpu-pcie-degraded.ts';
import { gpuPowerCapped } from './gpu-power-capped.ts';
import { gpuRecoveryNeeded } from './gpu-recovery-needed.ts';
import { gpuSlowClock } from './gpu-slow-clock.ts';

const ecc = (severity: string, window: string) =>
  `gradwatch_gpu_ecc_errors_total{location="total",severity="${severity}",window="${window}"}`;
const remapped = (severity: string) => `gradwatch_gpu_remapped_rows_total{severity="${severity}"}`;
const capped = 'gradwatch_gpu_clock_event_active{reason="sw_power_cap"}';

/** A card at work, as far as these detectors look. */
const well: Readings = {
  gradwatch_gpu_utilization_ratio: 0.98,
  gradwatch_gpu_memory_utilization_ratio: 0.5,
  gradwatch_gpu_power_watts: 600,
  gradwatch_gpu_power_limit_watts: 700,
  gradwatch_gpu_default_power_limit_watts: 700,
  gradwatch_gpu_sm_clock_hertz: 1.9e9,
  gradwatch_gpu_memory_clock_hertz: 2.6e9,
  gradwatch_gpu_pcie_lanes: 16,
  gradwatch_gpu_pcie_max_lanes: 16,
  gradwatch_gpu_pcie_generation: 5,
  gradwatch_gpu_pcie_max_generation: 5,
  gradwatch_gpu_pcie_replays_total: 3,
  'gradwatch_gpu_nvlink_active{link="0"}': 1,
  'gradwatch_gpu_nvlink_active{link="1"}': 1,
  gradwatch_gpu_nvlink_active_links: 2,
  'gradwatch_gpu_nvlink_errors_total{link="0",kind="crc"}': 0,
  gradwatch_gpu_fabric_health_state: 'healthy',
  gradwatch_gpu_temperature_celsius: 60,
  gradwatch_gpu_temperature_margin_celsius: 27,
  gradwatch_gpu_memory_used_bytes: 60e9,
  gradwatch_gpu_memory_total_bytes: 80e9,
  gradwatch_gpu_recovery_action_state: 'none',
  gradwatch_gpu_remapped_rows_pending: 0,
  gradwatch_gpu_remapped_rows_failed: 0,
  [remapped('corrected')]: 3,
  'gradwatch_gpu_remap_banks{availability="none"}': 0,
  [ecc('uncorrected', 'volatile')]: 0,
  [ecc('uncorrected', 'aggregate')]: 4,
  [ecc('corrected', 'volatile')]: 9,
  [capped]: 0,
};

const fiveMinutes = 300;

interface Case {
  readonly detector: AnyMachineDetector;
  /** What the second of four cards reads while it lasts, by the second since it began. */
  readonly fault: (second: number) => Readings;
  readonly says: string;
  /** Seconds after which it is told, and after its end recovered. */
  readonly told: number;
  readonly over: number;
  readonly cause: string;
  /** Whether the run takes no step meanwhile. */
  readonly stalls?: true;
  /** How long the cards are well before, and how long the fault lasts. */
  readonly before?: number;
  readonly lasts?: number;
}

const cases: readonly Case[] = [
  {
    detector: gpuLost,
    fault: () => ({ gradwatch_gpu_state: 'lost' }),
    says: 'critical',
    told: 0,
    over: 30,
    cause: 'GPU 1 is lost',
  },
  {
    detector: gpuEccUncorrectable,
    fault: () => ({ [ecc('uncorrected', 'volatile')]: 2 }),
    says: 'critical',
    told: 0,
    over: 0,
    cause: 'The memory of GPU 1 had 2 errors that ECC could not correct',
  },
  {
    detector: gpuEccCorrected,
    fault: (second) => ({ [ecc('corrected', 'volatile')]: 9 + second }),
    says: 'info',
    told: 100,
    over: 7140,
    cause: 'ECC corrected',
  },
  {
    detector: gpuMemoryFailed,
    fault: () => ({ gradwatch_gpu_remapped_rows_failed: 1 }),
    says: 'critical',
    told: 0,
    over: 60,
    cause: 'The memory of GPU 1 has failed',
  },
  {
    detector: gpuMemoryWorn,
    fault: () => ({ 'gradwatch_gpu_remap_banks{availability="none"}': 1 }),
    says: 'warning',
    told: 0,
    over: 3600,
    cause: 'The memory of GPU 1 wears out: 1 of its banks has no spare row left.',
  },
  {
    detector: gpuRepairPending,
    fault: () => ({ gradwatch_gpu_remapped_rows_pending: 1 }),
    says: 'warning',
    told: 0,
    over: 60,
    cause: 'GPU 1 waits for a reset: rows of its memory are to be remapped.',
  },
  {
    detector: gpuRecoveryNeeded,
    fault: () => ({ gradwatch_gpu_recovery_action_state: 'reset' }),
    says: 'warning',
    told: 0,
    over: 60,
    cause: 'The driver wants a reset of the card for GPU 1 (reset).',
  },
  {
    detector: gpuNvlinkDegraded,
    fault: () => ({ 'gradwatch_gpu_nvlink_active{link="1"}': 0 }),
    says: 'warning',
    told: 10,
    over: 120,
    cause: 'NVLink 1 of GPU 1 is down.',
  },
  {
    detector: gpuNvlinkDegraded,
    fault: () => ({ gradwatch_gpu_fabric_health_state: 'unhealthy' }),
    says: 'warning',
    told: 10,
    over: 120,
    cause: 'The NVLink fabric of GPU 1 is unhealthy.',
  },
  {
    detector: gpuPcieDegraded,
    fault: () => ({ gradwatch_gpu_pcie_lanes: 4 }),
    says: 'warning',
    told: 60,
    over: 120,
    cause: 'The PCIe link of GPU 1 has 4 of 16 lanes at generation 5 of 5 while the card works',
  },
  {
    detector: gpuHot,
    fault: () => ({ gradwatch_gpu_temperature_celsius: 85, gradwatch_gpu_temperature_margin_celsius: 2 }),
    says: 'warning',
    told: 60,
    over: 120,
    cause: 'GPU 1 is 85 °C hot, 2 degrees below the temperature at which it slows down',
  },
  {
    detector: gpuSlowClock,
    fault: () => ({ gradwatch_gpu_sm_clock_hertz: 1.2e9 }),
    says: 'warning',
    told: 120,
    over: 120,
    cause: 'The SM clock of GPU 1 is 1200 MHz, that of the others that work for the same run 1900 MHz',
  },
  {
    detector: gpuPowerCapped,
    fault: () => ({ gradwatch_gpu_power_limit_watts: 500 }),
    says: 'info',
    told: 0,
    over: 300,
    cause: 'The power limit of GPU 1 is 500 W, below 700 W.',
  },
  {
    detector: gpuPowerCapped,
    fault: () => ({ [capped]: 1 }),
    says: 'info',
    told: 145,
    over: 460,
    cause: 'GPU 1 is held by its power limit',
  },
  {
    detector: gpuLowPower,
    fault: () => ({
      gradwatch_gpu_utilization_ratio: 1,
      gradwatch_gpu_memory_utilization_ratio: 0,
      gradwatch_gpu_power_watts: 130,
    }),
    stalls: true,
    says: 'warning',
    told: 180,
    over: 60,
    cause: 'GPU 1 is 100 % busy at 130 W of 700 W, usually 600 W',
  },
  {
    detector: gpuOutlier,
    fault: () => ({ gradwatch_gpu_power_watts: 380 }),
    says: 'warning',
    told: 270,
    over: 145,
    cause: 'The power of GPU 1 is 63.3 % of that of the 3 others',
    before: 600,
    lasts: 600,
  },
  {
    detector: gpuMemoryPressure,
    fault: () => ({ gradwatch_gpu_memory_used_bytes: 75e9 }),
    says: 'info',
    told: 60,
    over: 120,
    cause: 'The memory of GPU 1 is 93.8 % full',
  },
  {
    detector: gpuMemoryJump,
    fault: () => ({ gradwatch_gpu_memory_used_bytes: 72e9 }),
    says: 'info',
    told: 25,
    over: 60,
    cause: 'The memory in use of GPU 1 has risen from 75 to 90 %',
    before: 1200,
  },
];

describe('of four cards one', () => {
  it.each(cases)(
    '$detector.kind: $cause',
    ({ detector, fault, says, told, over, cause, stalls, before = fiveMinutes, lasts = fiveMinutes }) => {
      const feed = new MachineFeed(detector);
      const all = (second: number) => {
        const since = second - before;
        const isOn = since >= 0 && since < lasts;
        return cards(4, well, isOn ? { 1: { readings: fault(since) } } : {}).map((card) => ({
          ...card,
          progress: { idle: isOn && stalls ? since : 0 },
        }));
      };
      const news = feed.pass(before + lasts + 9000, all);
      expect(news).toHaveLength(2);
      const [[found, ended]] = [news.map((line) => line.split(' '))];
      expect(found?.slice(0, 2)).toEqual(['GPU-1', says]);
      expect(Math.abs(Number(found?.[2]) - before - told)).toBeLessThanOrEqual(30);
      expect(ended?.slice(0, 2)).toEqual(['GPU-1', 'recovered']);
      expect(Math.abs(Number(ended?.[2]) - before - lasts - over)).toBeLessThanOrEqual(60);

      const again = new MachineFeed(detector);
      const sentences: string[] = [];
      for (let second = 0; second < before + lasts; second += 5) {
        for (const said of again.look(all(second))) if (said.status === 'evidence') sentences.push(said.cause);
      }
      expect(sentences.at(-1)).toContain(cause);
    },
  );

  it.each([...new Set(cases.map(({ detector }) => detector))])(
    '$kind says nothing of cards that are well, or tell nothing',
    (detector) => {
      expect(new MachineFeed(detector).pass(7200, () => cards(4, well))).toEqual([]);
      expect(new MachineFeed(detector).pass(600, () => cards(4, {}))).toEqual([]);
    },
  );
});

it('an idle card may slow its link and lower its clock, and a cap that all meet is none', () => {
  const idle = {
    gradwatch_gpu_utilization_ratio: 0,
    gradwatch_gpu_pcie_generation: 1,
    gradwatch_gpu_sm_clock_hertz: 3e8,
  };
  for (const detector of [gpuPcieDegraded, gpuSlowClock, gpuOutlier]) {
    expect(new MachineFeed(detector).pass(900, () => cards(4, well, { 2: { readings: idle } }))).toEqual([]);
  }
  expect(new MachineFeed(gpuPowerCapped).pass(900, () => cards(4, { ...well, [capped]: 1 }))).toEqual([]);
});

it('a card is no outlier for being the only one that is not throttled, and one among them is', () => {
  const braked = {
    'gradwatch_gpu_clock_event_active{reason="hw_power_brake_slowdown"}': 1,
    gradwatch_gpu_sm_clock_hertz: 6e8,
    gradwatch_gpu_power_watts: 200,
  };
  const outliersOf = (indices: readonly number[]) =>
    new MachineFeed(gpuOutlier).pass(1800, (second) =>
      cards(8, well, second < 600 ? {} : Object.fromEntries(indices.map((index) => [index, { readings: braked }]))),
    );
  expect(outliersOf([0, 1, 2, 3, 4, 5, 6])).toEqual([]);
  expect(outliersOf([5])).toEqual([expect.stringMatching(/^GPU-5 warning /)]);
});

it('errors of memory that were there before are told as old, and nobody is woken', () => {
  const old = { ...well, [ecc('uncorrected', 'volatile')]: 1 };
  expect(new MachineFeed(gpuEccUncorrectable).pass(60, () => cards(1, old))).toEqual(['GPU-0 info 0']);
});

it('memory that is repaired again and again is told of, for a day, and not what was repaired before', () => {
  const feed = new MachineFeed(gpuMemoryWorn);
  const rows = (corrected: number, uncorrected: number) =>
    cards(1, { [remapped('corrected')]: corrected, [remapped('uncorrected')]: uncorrected });
  expect(feed.pass(3600, () => rows(30, 1))).toEqual([]);
  expect(feed.pass(3600, (second) => rows(30 + Math.floor(second / 1000), 1 + (second < 2400 ? 0 : 1)))).toEqual([
    'GPU-0 info 3000',
  ]);
  expect(feed.look(rows(33, 2))).toMatchObject([
    { cause: 'The memory of GPU 0 wears out: 4 rows or pages were repaired within the last 2 h.' },
  ]);
  expect(feed.pass(26 * 3600, () => rows(33, 2))).toContainEqual(expect.stringMatching(/^GPU-0 recovered /));
  const retired = (count: number) => cards(1, { 'gradwatch_gpu_retired_pages_total{cause="double_bit"}': count });
  expect(new MachineFeed(gpuMemoryWorn).pass(100, (second) => retired(second < 50 ? 10 : 14))).toEqual([
    'GPU-0 info 50',
  ]);
});

it('memory that an evaluation takes each hour is told once', () => {
  const used = (second: number) =>
    cards(1, { ...well, gradwatch_gpu_memory_used_bytes: second % 3600 < 3000 ? 40e9 : 70e9 });
  expect(new MachineFeed(gpuMemoryJump).pass(4 * 3600, used)).toEqual([
    expect.stringMatching(/^GPU-0 info 30\d\d$/),
    expect.stringMatching(/^GPU-0 recovered 3\d\d\d$/),
  ]);
});

it('memory that rises little by little within ten minutes is told, and none that takes an hour for it', () => {
  const risingWithin = (seconds: number) => (second: number) =>
    cards(1, {
      ...well,
      gradwatch_gpu_memory_used_bytes: 16e9 + 24e9 * Math.min(1, Math.max(0, (second - 1800) / seconds)),
    });
  const told = [expect.stringMatching(/^GPU-0 info 2\d\d\d$/), expect.stringMatching(/^GPU-0 recovered /)];
  expect(new MachineFeed(gpuMemoryJump).pass(2 * 3600, risingWithin(600))).toEqual(told);
  expect(new MachineFeed(gpuMemoryJump).pass(2 * 3600, risingWithin(3600))).toEqual([]);
});

import type { Control, Fault } from '../../src/simulate/index.ts';
import { playing, rising, type Scenario } from './scenarios.ts';

const own = (name: string): string => `^gradwatch_gpu_${name}{.*gpu="1"`;

/** Patience of a detector, so that what it waits for in a cluster is found within a test. */
const atOnce = (...kinds: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(kinds.map((kind) => [`detect.${kind}.after`, '0s']));

/** A card that answers and computes, and is not well all the same. */
const troubled = (
  name: string,
  found: NonNullable<Scenario['found']>,
  seen: string,
  faults: readonly Fault[],
  more: Partial<Scenario> = {},
): Scenario => ({
  name,
  flags: atOnce(...Object.keys(found).filter((kind) => waits.has(kind))),
  happen: playing(faults, more.usual),
  signal: 'ok',
  seen: new RegExp(seen),
  found,
  ...more,
});

/** Kinds that have the option `after`. */
const waits = new Set(['gpu_pcie_degraded', 'gpu_nvlink_degraded', 'gpu_hot']);

/** Series that the slower calls bring, on a beat that a test can wait for. */
const detailed = {
  'gpu.stale_after': '20s',
  'gpu_detail.enabled': 'true',
  'gpu_detail.interval': '5s',
} as const;

const counted = { 'detect.gpu_pcie_degraded.window': '10s', 'detect.gpu_nvlink_degraded.window': '10s' } as const;

const withLinks = (name: string, seen: string, fault: Fault): Scenario => ({
  ...troubled(name, { gpu_nvlink_degraded: 2 }, seen, [fault]),
  collector: 'gpu_detail',
  flags: { ...detailed, ...counted, ...atOnce('gpu_nvlink_degraded') },
  happen: rising(fault),
});

const older: Partial<Control> = { model: 'v100', driver: '535.183.06' };

/** What goes wrong with the hardware while nvidia-smi answers as ever. */
export const hardwareScenarios: readonly Scenario[] = [
  troubled('the PCIe link of a card is degraded', { gpu_pcie_degraded: 2 }, `${own('pcie_lanes')}} 4$`, [
    { kind: 'pcie_link', gpu: 1, lanes: 4, generation: 3 },
  ]),
  {
    ...troubled(
      'PCIe packets of a card are sent again',
      { gpu_pcie_degraded: 2 },
      `${own('pcie_replays_total')}} 900$`,
      [],
    ),
    collector: 'gpu_detail',
    flags: { ...detailed, ...counted, ...atOnce('gpu_pcie_degraded') },
    happen: rising({ kind: 'pcie_replays', gpu: 1, count: 900 }),
    back: new RegExp(`${own('pcie_replays_total')}} 17$`),
  },
  withLinks('an NVLink of a card is down', `${own('nvlink_active')}.*link="3"} 0$`, {
    kind: 'nvlink_down',
    gpu: 1,
    link: 3,
  }),
  withLinks('an NVLink of a card has errors', `${own('nvlink_errors_total')}.*link="3",kind="replay"} 40$`, {
    kind: 'nvlink_errors',
    gpu: 1,
    link: 3,
    counter: 'Replay Errors',
    count: 40,
  }),
  troubled('a card is nearly too hot', { gpu_hot: 2 }, `${own('temperature_celsius')}} 86$`, [
    { kind: 'hot', gpu: 1, celsius: 86 },
  ]),
  troubled('the power limit of a card is lowered', { gpu_power_capped: 1 }, `${own('power_limit_watts')}} 400$`, [
    { kind: 'power_limit', gpu: 1, watts: 400 },
  ]),
  troubled(
    'the power brake of the machine holds a card',
    { gpu_throttled: 2 },
    `${own('clock_event_active')}.*reason="hw_power_brake_slowdown"} 1$`,
    [{ kind: 'throttled', gpu: 1, reason: 'hw_power_brake_slowdown' }],
  ),
  troubled('a row of a card is to be remapped', { gpu_repair_pending: 2 }, `${own('remapped_rows_pending')}} 1$`, [
    { kind: 'row_remap', gpu: 1, state: 'pending' },
  ]),
  troubled('a row of a card cannot be remapped', { gpu_memory_failed: 3 }, `${own('remapped_rows_failed')}} 1$`, [
    { kind: 'row_remap', gpu: 1, state: 'failure' },
  ]),
  troubled(
    'the driver wants a card reset',
    { gpu_recovery_needed: 2 },
    `${own('recovery_action_state')}.*state="reset"} 1$`,
    [{ kind: 'recovery_action', gpu: 1, action: 'Reset' }],
  ),
  troubled(
    'an older driver wants a card reset, and has a page to retire',
    { gpu_recovery_needed: 2, gpu_repair_pending: 2 },
    `${own('reset_recommended')}.*} 1$`,
    [
      { kind: 'recovery_action', gpu: 1, action: 'Reset' },
      { kind: 'row_remap', gpu: 1, state: 'pending' },
    ],
    { usual: older, collector: 'gpu_detail', flags: detailed },
  ),
];

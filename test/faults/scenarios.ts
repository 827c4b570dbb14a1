import { renameSync, writeFileSync } from 'node:fs';
import type { Control, Fault } from '../../src/simulate/index.ts';
import { sleep } from '../support/program.ts';
import type { SimulatedNode } from './simulated-node.ts';
import { well } from './well.ts';

/** How the source of GPU readings stands, by `gradwatch_gpu_source_state`. */
export type Signal = 'ok' | 'slow' | 'hung' | 'stuck' | 'failing' | 'absent' | 'no_gpu';

/** One thing that goes wrong on a node that was well, and how it shows. */
export interface Scenario {
  readonly name: string;
  /** Options that differ from those of other nodes. */
  readonly flags?: Readonly<Record<string, string>>;
  /** Whose failure it is; `gpu` unless it says otherwise. */
  readonly collector?: 'gpu' | 'gpu_detail';
  /** What one of the samples says when all is told that such a node has to tell before anything happens: what comes last. */
  readonly whole?: RegExp;
  /** What plays while all is well, beside what every scenario plays. */
  readonly usual?: Partial<Control>;
  readonly happen: (node: SimulatedNode) => void | Promise<void>;
  /** What mends it beside playing the machine that is well. */
  readonly mend?: (node: SimulatedNode) => void;
  readonly signal: Signal;
  /** The reason under which failed readings are counted; absent while readings succeed. */
  readonly reason?: string;
  /** What one of the samples says when the fault is seen in full. */
  readonly seen: RegExp;
  /** Series that are there while all is well, and gone when it is seen in full that nothing can be read. */
  readonly gone?: RegExp;
  /** The kinds and severities of what is found of the second card, from 1 for info to 3 for critical; by default nothing is found. */
  readonly found?: Readonly<Record<string, 1 | 2 | 3>>;
  /** What one of the samples says again when it is over, beside the cards that are well. */
  readonly back?: RegExp;
  /** What no sample says any more then. */
  readonly over?: RegExp;
}

export const playing =
  (faults: readonly Fault[], control: Partial<Control> = {}) =>
  ({ standIn }: SimulatedNode): void => {
    standIn.play({ ...well, ...control, faults });
  };

/** A counter that rises is found by those who knew it before: two beats of the detectors, which live in this process. */
export const rising =
  (...faults: readonly Fault[]): Scenario['happen'] =>
  async (node) => {
    await sleep(11);
    playing(faults)(node);
  };

/** Where nothing can be read, the readings that every card has stand for all. */
const vitalOnly = { 'gpu.details': 'false' } as const;

const stateOf = (gpu: number, state: string): RegExp =>
  new RegExp(`^gradwatch_gpu_state{.*gpu="${gpu}",state="${state}"} 1$`);
const stateOfSecond = (state: string): RegExp => stateOf(1, state);
const lost = (name: string, fault: Fault): Scenario => ({
  name,
  happen: playing([fault]),
  signal: 'ok',
  seen: stateOfSecond('lost'),
  found: { gpu_lost: 3 },
});
/** What nvidia-smi says within Windows (WSL) that does not let it at the GPUs. */
const blocked: Fault = {
  kind: 'exit',
  code: 17,
  text: 'Failed to initialize NVML: GPU access blocked by the operating system',
};
const failing = (name: string, reason: string, fault: Fault, usual: Partial<Control> = {}): Scenario => ({
  name,
  flags: vitalOnly,
  usual,
  happen: playing([fault], usual),
  signal: 'failing',
  reason,
  seen: new RegExp(`^gradwatch_exporter_collector_failures_total{collector="gpu",reason="${reason}"} [1-9]`),
});

/** What goes wrong with the loop, its cards and the driver. */
export const scenarios: readonly Scenario[] = [
  lost('a card is lost', { kind: 'lost', gpu: 1 }),
  lost('a card is lost with its name', { kind: 'lost', gpu: 1, nameless: true }),
  lost('the row of a card is gone', { kind: 'row_gone', gpu: 1 }),
  // The card is looked for again with a new process, which takes time to start.
  { ...lost('a card has no handle', { kind: 'no_handle', gpu: 1 }), flags: { ...vitalOnly, 'gpu.retry_after': '6s' } },
  {
    name: 'a card leaves',
    happen: playing([], { gpus: 1 }),
    signal: 'ok',
    seen: stateOfSecond('lost'),
    found: { gpu_lost: 3 },
  },
  {
    name: 'a card comes',
    flags: vitalOnly,
    happen: playing([], { gpus: 3 }),
    signal: 'ok',
    seen: /^gradwatch_gpu_devices_seen 3$/,
    // It leaves again, which is no different for the others.
    back: stateOf(2, 'lost'),
  },
  {
    name: 'a card requires a reset',
    happen: playing([{ kind: 'requires_reset', gpu: 1 }]),
    signal: 'ok',
    seen: stateOfSecond('requires_reset'),
    found: { gpu_lost: 3 },
  },
  {
    name: 'a card answers with an unknown error',
    happen: playing([{ kind: 'unknown_error', gpu: 1 }]),
    signal: 'ok',
    seen: stateOfSecond('unknown_error'),
    found: { gpu_lost: 3 },
  },
  {
    name: 'a card is not for us',
    happen: playing([{ kind: 'not_permitted', gpu: 1 }]),
    signal: 'ok',
    seen: stateOfSecond('not_permitted'),
  },
  {
    name: 'memory errors',
    happen: rising(
      { kind: 'ecc', gpu: 1, severity: 'uncorrected', location: 'dram', count: 3 },
      { kind: 'ecc', gpu: 1, severity: 'corrected', location: 'sram', count: 40 },
    ),
    signal: 'ok',
    seen: /^gradwatch_gpu_ecc_errors_total{.*gpu="1",location="dram",severity="uncorrected",window="volatile"} 3$/,
    found: { gpu_ecc_uncorrectable: 3, gpu_repair_pending: 2 },
  },
  {
    name: 'an Xid error',
    happen: ({ standIn }) => {
      standIn.xid(1, 79, "pid='<unknown>', name=<unknown>, GPU has fallen off the bus.");
    },
    signal: 'ok',
    seen: /^gradwatch_gpu_xid_errors_total{.*gpu="1".*xid="79".*} 1$/,
    found: { gpu_xid: 3 },
  },
  {
    name: 'a card throttles',
    happen: playing([{ kind: 'throttled', gpu: 1, reason: 'hw_thermal_slowdown' }]),
    signal: 'ok',
    seen: /^gradwatch_gpu_clock_event_active{.*gpu="1",reason="hw_slowdown"} 1$/,
    found: { gpu_throttled: 2 },
  },
  {
    name: 'a field is gone',
    // It is looked for again with a new process, which takes time to start.
    flags: { 'gpu.retry_after': '4s' },
    happen: playing([{ kind: 'field_gone', field: 'power.draw.instant' }]),
    signal: 'ok',
    seen: /^gradwatch_exporter_collector_failures_total{collector="gpu",reason="field_refused"} [1-9]/,
    back: /^gradwatch_gpu_instant_power_watts{/,
  },
  {
    name: 'a unit that is none of ours',
    happen: playing([{ kind: 'wrong_unit', unit: 'W', shown: 'BTU/h' }]),
    signal: 'ok',
    seen: /^gradwatch_gpu_dropped_values_total{field="power.draw",reason="unknown_unit"}/,
    back: /^gradwatch_gpu_power_watts{.*gpu="1"/,
  },
  {
    name: 'a unit that is a thousand times too large',
    happen: playing([{ kind: 'wrong_unit', unit: 'MiB', shown: 'GiB' }]),
    signal: 'ok',
    seen: /^gradwatch_gpu_dropped_values_total{field="memory.total",reason="impossible"}/,
    back: /^gradwatch_gpu_memory_total_bytes{.*gpu="1"/,
  },
  {
    name: 'figures that are none',
    happen: playing([
      { kind: 'says', gpu: 1, field: 'power.draw', text: '94,5 W' },
      { kind: 'says', gpu: 1, field: 'clocks.current.sm', text: '-1' },
      { kind: 'says', gpu: 1, field: 'memory.used', text: '999999' },
      { kind: 'says', gpu: 1, field: 'temperature.gpu', text: '41 BTU' },
    ]),
    signal: 'ok',
    seen: /^gradwatch_gpu_dropped_values_total{field="temperature.gpu",reason="unknown_unit"}/,
    back: /^gradwatch_gpu_temperature_celsius{.*gpu="1"/,
  },
  failing('output ends in mid line', 'unreadable', { kind: 'truncated', share: 0.6 }),
  failing('output is garbage', 'unreadable', { kind: 'garbage' }),
  failing('nvidia-smi ends with an error', 'failed', { kind: 'exit', code: 3, text: 'Something went wrong' }),
  failing('the driver is not loaded', 'driver_unreachable', { kind: 'no_driver' }),
  failing('the driver is of another version', 'driver_unreachable', { kind: 'driver_mismatch' }),
  failing('Windows blocks its GPUs', 'driver_unreachable', blocked, { model: 'rtx4090-wsl' }),
  {
    name: 'the loader of nvidia-smi is not there',
    flags: vitalOnly,
    happen: ({ standIn }) => {
      renameSync(standIn.path, `${standIn.path}.away`);
      writeFileSync(standIn.path, '#!/nowhere/ld-linux\n', { mode: 0o755 });
      standIn.play({ ...well, faults: [{ kind: 'exit', code: 1, text: 'ended' }] });
    },
    mend: ({ standIn }) => {
      renameSync(`${standIn.path}.away`, standIn.path);
    },
    signal: 'failing',
    reason: 'no_loader',
    seen: /^gradwatch_exporter_collector_failures_total{collector="gpu",reason="no_loader"} [1-9]/,
  },
  {
    name: 'nvidia-smi is slow',
    flags: { ...vitalOnly, 'gpu.stale_after': '1m' },
    happen: playing([{ kind: 'slow', seconds: 50 }]),
    signal: 'slow',
    reason: 'slow',
    seen: /^gradwatch_exporter_collector_failures_total{collector="gpu",reason="slow"} [1-9]/,
  },
  {
    name: 'nvidia-smi hangs',
    flags: { ...vitalOnly, 'gpu.stale_after': '2s' },
    happen: playing([{ kind: 'hang' }]),
    signal: 'hung',
    reason: 'hung',
    seen: /^gradwatch_exporter_collector_failures_total{collector="gpu",reason="hung"} [1-9]/,
  },
  {
    name: 'nvidia-smi hangs and ignores SIGTERM',
    flags: { ...vitalOnly, 'gpu.stale_after': '2s' },
    happen: playing([{ kind: 'hang', stubborn: true }]),
    signal: 'hung',
    reason: 'hung',
    seen: /^gradwatch_exporter_collector_failures_total{collector="gpu",reason="hung"} [1-9]/,
  },
  {
    name: 'nvidia-smi is not there',
    flags: vitalOnly,
    happen: ({ standIn }) => {
      renameSync(standIn.path, `${standIn.path}.away`);
      standIn.play({ ...well, faults: [{ kind: 'exit', code: 1, text: 'ended' }] });
    },
    mend: ({ standIn }) => {
      renameSync(`${standIn.path}.away`, standIn.path);
    },
    signal: 'absent',
    reason: 'absent',
    seen: /^gradwatch_exporter_collector_failures_total{collector="gpu",reason="absent"} [1-9]/,
  },
  {
    name: 'there is no GPU',
    flags: vitalOnly,
    happen: playing([{ kind: 'no_devices' }]),
    signal: 'no_gpu',
    seen: /^gradwatch_gpu_devices_seen 0$/,
    // The cards that were there count as lost.
    found: { gpu_lost: 3 },
  },
];

/**
 * The slower calls on a beat that a test can wait for. `stale_after` is long enough for a busy machine to start a program: a small call
 * that seems to hang is not made again for ten minutes.
 */
const detailed = {
  ...vitalOnly,
  'gpu.stale_after': '10s',
  'gpu_detail.enabled': 'true',
  'gpu_detail.interval': '5s',
} as const;

/** The last of the small calls, `nvlink -gt d`. */
const told = /^gradwatch_gpu_nvlink_bytes_total{.*gpu="1"/;

const ofDocument = (name: string, signal: Signal, reason: string, fault: Fault): Scenario => ({
  name,
  collector: 'gpu_detail',
  flags: detailed,
  whole: told,
  back: told,
  happen: playing([fault]),
  signal,
  reason,
  seen: new RegExp(`^gradwatch_exporter_collector_failures_total{collector="gpu_detail",reason="${reason}"} [1-9]`),
  gone: /^gradwatch_gpu_pcie_replays_total{/,
});

/** One of the small calls beside the document: it fails for itself, and the readings go on. */
const ofSmallCall = (name: string, call: string, fault: Fault, usual: Partial<Control> = {}): Scenario => ({
  name,
  collector: 'gpu_detail',
  flags: detailed,
  whole: told,
  usual,
  happen: playing([fault], usual),
  signal: 'ok',
  seen: new RegExp(`^gradwatch_gpu_call_failures_total{call="${call}",reason="failed"} [1-9]`),
});

/** What goes wrong with the slower calls while the loop goes on. */
export const detailScenarios: readonly Scenario[] = [
  ofDocument('the document hangs', 'hung', 'hung', { kind: 'hang', call: 'document' }),
  ofDocument('the document hangs and ignores SIGTERM', 'hung', 'hung', {
    kind: 'hang',
    stubborn: true,
    call: 'document',
  }),
  ofDocument('the document ends with an error', 'failing', 'failed', {
    kind: 'exit',
    code: 3,
    text: 'Something went wrong',
    call: 'document',
  }),
  ofDocument('the document is garbage', 'failing', 'unreadable', { kind: 'garbage', call: 'document' }),
  ofDocument('the document breaks off', 'failing', 'unreadable', { kind: 'truncated', share: 0.7, call: 'document' }),
  {
    ...ofSmallCall('nvlink -e ends with an error', 'nvlink -e', {
      kind: 'exit',
      code: 3,
      text: 'Something went wrong',
      call: 'link-errors',
    }),
    gone: /^gradwatch_gpu_nvlink_errors_total{/,
    back: /^gradwatch_gpu_nvlink_errors_total{/,
  },
  {
    ...ofSmallCall('nvlink -s is garbage', 'nvlink -s', { kind: 'garbage', call: 'link-rates' }),
    // Nothing in it is a link, and none is made of it.
    seen: /^gradwatch_gpu_pcie_replays_total{/,
    gone: /^gradwatch_gpu_nvlink_active{/,
    back: /^gradwatch_gpu_nvlink_active{/,
  },
  {
    name: 'a card without a handle fails the small calls for all',
    collector: 'gpu_detail',
    // The card is looked for again with a new process, which takes time to start.
    flags: { ...detailed, 'gpu.retry_after': '6s' },
    usual: { gpus: 3 },
    whole: told,
    happen: playing([{ kind: 'no_handle', gpu: 1 }], { gpus: 3 }),
    signal: 'ok',
    // Of the others the last one that is asked by itself has its links, and the golden difference none of theirs.
    seen: /^gradwatch_gpu_nvlink_bytes_total{.*gpu="2"/,
    // Links and processes are of calls of their own, and one is found out before the other.
    gone: /^gradwatch_gpu_(nvlink_bytes_total|processes){.*gpu="1"/,
    found: { gpu_lost: 3 },
    back: told,
  },
  {
    ...ofSmallCall('nvlink -s hangs', 'nvlink -s', { kind: 'hang', call: 'link-rates' }),
    // The readings in which it hung failed, once or twice; those that follow leave it out.
    seen: /^gradwatch_gpu_call_failures_total{call="nvlink -s",reason="hung"} [12]$/,
  },
  {
    ...ofSmallCall(
      'the list of MIG instances ends with an error',
      '-L',
      { kind: 'exit', code: 3, text: 'Something went wrong', call: 'list' },
      { model: 'a100-mig' },
    ),
    whole: /^gradwatch_gpu_mig_info{.*gpu="1"/,
    over: /^gradwatch_gpu_mig_info{.*gpu="2"/,
    happen: playing([{ kind: 'exit', code: 3, text: 'Something went wrong', call: 'list' }], {
      model: 'a100-mig',
      gpus: 3,
    }),
  },
];

// What the Node client costs training: time of one log() beside an empty function in the same run, and the processor time of the
// whole client, its thread included, for each step.
// node bench/client-cost.ts [--json]   (Node 20: node --import ./bench/strip-types.cjs bench/client-cost.ts)
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { StepReport } from '../src/client/index.ts';
import { compileClient } from '../test/support/compiled-client.ts';

/** Fewer than may be on their way to the thread at once, so that no call is cheap because its step is dropped. */
const callsPerRound = 2_000;
const rounds = 15;
const pacedRounds = 9;
/** Two seconds of 20 steps each. */
const pacedSteps = 40;
const stepMs = 50;
/** The last batch of a round is on its way for up to a second. */
const settleMs = 1_500;
/** Microseconds: 0.43 % of a step of 50 ms. */
const budget = 215;

const usual = (step: number): StepReport => ({
  step,
  loss: 1 / (step + 1),
  gradientNorm: 1 + (step % 3),
  learningRate: 1e-3,
  stepSeconds: 0.05,
  samples: 32,
});

const full = (step: number): Required<StepReport> => ({
  step,
  unixNanos: 1.8e18,
  epoch: 1,
  loss: 1 / (step + 1),
  validationLoss: 0.5,
  evaluatedTrainingLoss: 0.5,
  gradientNorm: 1 + (step % 3),
  gradientChangeNorm: 0.1,
  parameterNorm: 12,
  learningRate: 1e-3,
  lossScale: 65_536,
  skipped: false,
  stepSeconds: 0.05,
  dataWaitSeconds: 0.001,
  collectiveWaitSeconds: 0.002,
  samples: 32,
  tokens: 2_048,
  updateRatio: 1e-3,
  batchSize: 256,
  floatingPointOperations: 1e15,
  mfuRatio: 0.42,
  hostToDeviceSeconds: 0.001,
  forwardSeconds: 0.015,
  backwardSeconds: 0.025,
  optimizerSeconds: 0.004,
  checkpointSeconds: 2.5,
  evaluationSeconds: 30,
  memoryAllocatedBytes: 3e10,
  memoryReservedBytes: 4e10,
  memoryPeakBytes: 3.5e10,
  allocationRetries: 0,
  outOfMemoryErrors: 0,
  processMemoryBytes: 2e9,
  gradientClipNorm: 1,
  zeroGradientFraction: 0.01,
  nonfiniteGradients: 0,
  maximumLoss: 1,
  ownSeconds: 0.046,
  phase: 'train',
  gradientNormScope: 'global',
  auxiliaryLosses: { balance: 0.01 },
  extras: { accuracy: 0.9 },
});

type Log = (report: StepReport) => void;

const nothing: Log = () => undefined;

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

let step = 0;

/** Microseconds from before to after one call, the making of the report included. */
function roundOf(log: Log, report: (step: number) => StepReport): number {
  const began = performance.now();
  for (let call = 0; call < callsPerRound; call += 1) log(report((step += 1)));
  return ((performance.now() - began) * 1_000) / callsPerRound;
}

/** Ours and the empty function in turn; the first rounds are to warm up. */
async function timeOfCall(log: Log, report: (step: number) => StepReport): Promise<{ ours: number; empty: number }> {
  const ours: number[] = [];
  const empty: number[] = [];
  for (let round = -3; round < rounds; round += 1) {
    const pair = [roundOf(nothing, report), roundOf(log, report)] as const;
    if (round >= 0) {
      empty.push(pair[0]);
      ours.push(pair[1]);
    }
    await sleep(200);
  }
  return { ours: median(ours), empty: median(empty) };
}

/** Microseconds of processor time of this process, all threads, for one step of a round that waits `stepMs` for each. */
async function processorTimePerStep(log: Log): Promise<number> {
  const before = process.cpuUsage();
  for (let paced = 0; paced < pacedSteps; paced += 1) {
    log(usual((step += 1)));
    await sleep(stepMs);
  }
  await sleep(settleMs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / pacedSteps;
}

/** Rounds with and without reports in turn, so that what else the machine does falls on both. */
async function pacedCost(log: Log): Promise<{ ours: number; empty: number }> {
  const ours: number[] = [];
  const empty: number[] = [];
  await processorTimePerStep(log);
  for (let round = 0; round < pacedRounds; round += 1) {
    empty.push(await processorTimePerStep(nothing));
    ours.push(await processorTimePerStep(log));
  }
  return { ours: median(ours), empty: median(empty) };
}

const exporter = fork(fileURLToPath(new URL('./client-cost/exporter.ts', import.meta.url)));
const [address] = (await once(exporter, 'message')) as [string];
const client = compileClient();
const { init } = (await import(client.entry)) as typeof import('../src/client/index.ts');

const run = init({ run: 'bench', address });
const log: Log = (report) => {
  run.log(report);
};
const paced = await pacedCost(log);
const usualCall = await timeOfCall(log, usual);
const fullCall = await timeOfCall(log, full);
const delivered = await run.finish();
exporter.kill();
client.remove();
if (!delivered)
  throw new Error('the exporter did not acknowledge every step: the figures are not those of a working client');

const rows = [
  row('log() of 6 fields', 'µs per call', usualCall.ours, 'empty function', usualCall.empty, budget),
  row('log() of all 16 fields', 'µs per call', fullCall.ours, 'empty function', fullCall.empty, budget),
  row(
    `the client at ${1_000 / stepMs} steps/s, its thread included`,
    'µs of CPU per step, beyond the loop',
    paced.ours - paced.empty,
    'the loop without reports',
    paced.empty,
    // Mostly spent by the thread: it takes nothing from the step unless every core is busy.
    null,
  ),
];

const machine = `${cpus()[0]?.model ?? 'unknown'} x ${cpus().length}, Node ${process.version}`;
if (process.argv.includes('--json')) console.log(JSON.stringify({ bench: 'client-cost', machine, rows }));
else {
  console.log(machine);
  console.table(
    rows.map(({ case: name, value, unit, peer, peer_value, ratio, budget: limit, within }) => ({
      case: name,
      unit,
      value,
      beside: peer,
      'its value': peer_value,
      ratio,
      budget: limit,
      within,
    })),
  );
}

function row(name: string, unit: string, value: number, peer: string, peerValue: number, limit: number | null) {
  return {
    case: name,
    value: round(value),
    unit,
    better: 'lower',
    peer,
    peer_value: round(peerValue),
    ratio: round(value / peerValue),
    budget: limit,
    within: limit === null ? null : value <= limit,
  };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

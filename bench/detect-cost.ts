// npm run bench:detect-cost [-- --json]: what the default detectors cost for a value, beside mean and sigma of a window.
import * as valibot from 'valibot';
import { DetectionEngine, detectOptions, detectors, everyDetector } from '../src/detect/index.ts';
import { memoryLeak } from '../src/detect/series/memory-leak.ts';
import { scalarAnomaly } from '../src/detect/series/scalar-anomaly.ts';
import { straggler } from '../src/detect/ranks/straggler.ts';
import { Findings, findingsOptions } from '../src/findings/index.ts';
import { Replay, type Row } from '../src/replay/index.ts';
import { SeriesTable } from '../src/series/index.ts';
import { nowhere } from '../test/support/findings-house.ts';
import { wandb } from './detect/incumbents.ts';
import { defaultsOf } from './detect/runs.ts';
import { print, row } from './report.ts';

const budgetMicroseconds = 5;
/** Of a core, for a whole run. */
const budgetShare = 0.01;
const steps = 50_000;
const rounds = 5;
const ranks = 8;

const options = {
  detect: valibot.parse(
    detectOptions,
    Object.fromEntries(Object.keys(detectOptions.entries).map((kind) => [kind, {}])),
  ),
  findings: valibot.parse(findingsOptions, {}),
};
const rows = Array.from({ length: steps }, (_, step): Row => {
  const noise = Math.sin(step * 12.9898) * Math.cos(step * 78.233);
  const values = {
    loss: 2 + 5 / (1 + step / 1000) + 0.05 * noise,
    gradient_norm: 1 + 0.2 * noise,
    learning_rate: 1e-3,
    step_seconds: 0.1 + 0.01 * noise,
    collective_wait_seconds: 0.01,
    process_memory_bytes: 2e9 + 1e7 * noise,
    memory_allocated_bytes: 3e10 + 1e8 * noise,
  };
  return { rank: 0, step, time: step, values, skipped: false };
});

function ours(): void {
  const replay = new Replay('cost', options, () => undefined);
  for (const each of rows) replay.take(each);
}

const sameOfAll = { run: 'r', attempt: 0, skipped: false, wentBack: false };
const ofRanks = rows.flatMap(({ step, values }) =>
  Array.from({ length: ranks }, (_, rank) => ({ ...sameOfAll, rank, step, time: step, fresh: values, known: values })),
);

/** One rank has nobody to be compared with; a straggler is looked for among eight. */
function amongRanks(): void {
  const settings = defaultsOf(straggler.options);
  const state = straggler.start(settings);
  for (const observation of ofRanks) straggler.observe(state, observation, settings);
}

/** Parts of a step and what replicas have in common, beside the values of every rank. */
const more = { data_wait_seconds: 0.005, host_to_device_seconds: 0.002, parameter_norm: 100, tokens: 8192 };
const stepsOfRun = 5000;
/** A run of ten steps a second, looked at every second. */
const stepsPerSecond = 10;

/** All detectors, of steps and of ranks, as they judge a whole run in the exporter. */
function wholeRun(): void {
  let now = 0;
  const table = new SeriesTable();
  const failed = (_: string, error: unknown): never => {
    throw error;
  };
  const findings = new Findings({
    ...{
      table,
      options: options.findings,
      detectors,
      whereabouts: nowhere,
    },
    ...{ instance: 'cost', now: () => now },
  });
  const engine = new DetectionEngine({ table, sink: findings, ...everyDetector, failed, options: options.detect });
  for (const { step, values } of rows.slice(0, stepsOfRun)) {
    now = step / stepsPerSecond;
    const known = { ...values, ...more };
    for (let rank = 0; rank < ranks; rank += 1) {
      const about = { run: 'r', rank, attempt: 0, step, time: now, skipped: false, wentBack: false };
      engine.observation({ ...about, fresh: known, known });
    }
    if (step % stepsPerSecond !== 0) continue;
    const progress = Array.from({ length: ranks }, (_, rank) => ({
      ...{ rank, uuid: null, step, steps: step, idle: 0, usual: 0.1, phase: null },
    }));
    engine.tick(now, [{ run: 'r', ranks: progress }]);
    findings.tick();
  }
}

const source = { name: 'x', run: null, rank: null, uuid: null, owner: 'x' };
const points = rows.map(({ step, values }) => ({
  time: step,
  value: values.process_memory_bytes ?? 0,
  step,
  capacity: null,
}));

function leaks(): void {
  const settings = defaultsOf(memoryLeak.options);
  const state = memoryLeak.start(settings);
  for (const point of points) memoryLeak.observe(state, point, source, settings);
}

function anomalies(): void {
  const settings = defaultsOf(scalarAnomaly.options);
  const state = scalarAnomaly.start(settings);
  for (const point of points) scalarAnomaly.observe(state, point, source, settings);
}

function meanAndSigma(): void {
  const rule = wandb.start();
  for (const { values } of rows) rule(values.loss ?? 0);
}

/** The median over the rounds of the CPU time for one of so many values, the first round being warm-up. */
function microseconds(values: number, work: () => void): number {
  const times = Array.from({ length: rounds + 1 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / values;
  });
  return times.slice(1).sort((one, other) => one - other)[Math.floor(rounds / 2)] ?? NaN;
}

const streams = Object.keys(rows[0]?.values ?? {}).length;
const cases = [
  [`all detectors that are on by default, ${streams} streams of a rank`, steps * streams, ours],
  [`straggler, two values of ${ranks} ranks`, steps * ranks * 2, amongRanks],
  ['memory_leak', steps, leaks],
  ['scalar_anomaly', steps, anomalies],
] as const;
const peer = microseconds(steps, meanAndSigma);
const streamsOfRun = ranks * (streams + Object.keys(more).length);
const perStep = microseconds(stepsOfRun, wholeRun);
print('detect-cost', [
  ...cases.map(([name, values, work]) =>
    row(name, microseconds(values, work), 'µs of CPU per value and stream', 'lower', budgetMicroseconds, [
      'mean and sigma of 30 values',
      peer,
    ]),
  ),
  row(
    `all detectors, ${ranks} ranks, ${streamsOfRun} streams`,
    perStep / streamsOfRun,
    'µs of CPU per value and stream',
    'lower',
    budgetMicroseconds,
    ['mean and sigma of 30 values', peer],
  ),
  row(
    `the same at ${stepsPerSecond} steps a second`,
    (perStep * stepsPerSecond) / 1e6,
    'share of a core',
    'lower',
    budgetShare,
  ),
]);

// npm run bench:detect-cost [-- --json]: what all default detectors over steps cost for a value, beside mean and sigma of a window.
import * as valibot from 'valibot';
import { detectOptions } from '../src/detect/index.ts';
import { findingsOptions } from '../src/findings/index.ts';
import { Replay, type Row } from '../src/replay/index.ts';
import { wandb } from './detect/incumbents.ts';
import { print, row } from './report.ts';

const budgetMicroseconds = 5;
const steps = 50_000;
const rounds = 5;

const options = {
  detect: valibot.parse(
    detectOptions,
    Object.fromEntries(Object.keys(detectOptions.entries).map((kind) => [kind, {}])),
  ),
  findings: valibot.parse(findingsOptions, {}),
};
/** The values that the detectors judge: loss, gradient norm, learning rate. */
const streams = 3;
const rows = Array.from({ length: steps }, (_, step): Row => {
  const noise = Math.sin(step * 12.9898) * Math.cos(step * 78.233);
  const values = {
    loss: 2 + 5 / (1 + step / 1000) + 0.05 * noise,
    gradient_norm: 1 + 0.2 * noise,
    learning_rate: 1e-3,
  };
  return { step, time: step, values, skipped: false };
});

function ours(): void {
  const replay = new Replay('cost', options, () => undefined);
  for (const each of rows) replay.take(each);
}

function meanAndSigma(): void {
  const rules = [wandb.start(), wandb.start(), wandb.start()] as const;
  for (const { values } of rows) {
    rules[0](values.loss ?? 0);
    rules[1](values.gradient_norm ?? 0);
    rules[2](values.learning_rate ?? 0);
  }
}

/** The median over the rounds of the CPU time for one value, the first round being warm-up. */
function microseconds(work: () => void): number {
  const times = Array.from({ length: rounds + 1 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / steps / streams;
  });
  return times.slice(1).sort((one, other) => one - other)[Math.floor(rounds / 2)] ?? NaN;
}

const peer = microseconds(meanAndSigma);
const value = microseconds(ours);
print('detect-cost', [
  row('all default detectors over steps', value, 'µs of CPU per value and stream', 'lower', budgetMicroseconds, [
    'mean and sigma of 30 values',
    peer,
  ]),
]);

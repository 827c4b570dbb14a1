/** Trains a small network that is written out here, in doubles, and reports it with the client for Node.js. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type * as Client from '../../../src/client/index.ts';

const text = { type: 'string', default: '' } as const;
const {
  run: name,
  record,
  steps,
  pause,
} = parseArgs({ options: { run: text, record: text, steps: text, pause: text } }).values;

const client = join(resolve(import.meta.dirname, '../../..'), 'dist/client/index.js');
const { init } = (await import(client)) as typeof Client;

const inputs = 4;
const hidden = 16;
const batch = 8;
const seed = 1 + Number(process.env['RANK']);
let state = seed;
/** From -1 to 1: a linear congruential generator, so that every run is alike. */
const random = (): number => {
  state = (1664525 * state + 1013904223) % 2 ** 32;
  return (2 * state) / 2 ** 32 - 1;
};
const draw = (count: number): number[] => Array.from({ length: count }, random);

const first = Array.from({ length: hidden }, () => draw(inputs));
const second = draw(hidden);

/** Adds the gradient of one sample's squared error to `gradient`. @returns the squared error */
function learn(sample: readonly number[], gradient: { first: number[][]; second: number[] }): number {
  const target = Math.sin(sample.reduce((sum, x) => sum + x, 0));
  const active = first.map((weights) => Math.tanh(weights.reduce((sum, weight, i) => sum + weight * sample[i]!, 0)));
  const error = active.reduce((sum, value, unit) => sum + value * second[unit]!, 0) - target;
  for (const [unit, value] of active.entries()) {
    gradient.second[unit]! += (2 * error * value) / batch;
    const back = (2 * error * second[unit]! * (1 - value ** 2)) / batch;
    for (const [i, x] of sample.entries()) gradient.first[unit]![i]! += back * x;
  }
  return error ** 2;
}

writeFileSync(record, `${JSON.stringify({ by: `TypeScript on Node.js ${process.version}` })}\n`);
const run = init({ run: name, model: 'tanh-16' });
let begun = performance.now();
for (let step = 1; step <= Number(steps); step += 1) {
  const gradient = { first: first.map((weights) => weights.map(() => 0)), second: second.map(() => 0) };
  let loss = 0;
  for (let sample = 0; sample < batch; sample += 1) loss += learn(draw(inputs), gradient) / batch;
  const gradientNorm = Math.hypot(...gradient.second, ...gradient.first.flat());
  const learningRate = 0.1 / Math.sqrt(step);
  for (const [unit, weights] of first.entries()) {
    second[unit]! -= learningRate * gradient.second[unit]!;
    for (const i of weights.keys()) weights[i]! -= learningRate * gradient.first[unit]![i]!;
  }
  await new Promise((go) => setTimeout(go, 1000 * Number(pause)));
  const now = performance.now();
  const stepSeconds = (now - begun) / 1000;
  begun = now;
  const extras = { 'last weight': second.at(-1)! };
  run.log({ step, loss, gradientNorm, learningRate, stepSeconds, samples: batch, tokens: 3 * step, extras });
  const values = { loss, gradient_norm: gradientNorm, learning_rate: learningRate, step_seconds: stepSeconds };
  const line = { step, values: { ...values, samples: batch, tokens: 3 * step }, extras };
  appendFileSync(record, `${JSON.stringify(line)}\n`);
}
if (!(await run.finish())) throw new Error('the exporter did not acknowledge every step');

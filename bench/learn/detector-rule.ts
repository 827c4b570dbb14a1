import * as v from 'valibot';
import { LearntTelemetry } from '../../src/detect/machine/learnt-telemetry.ts';
import { gpuTelemetry } from '../../src/detect/machine/gpu-telemetry.ts';
import { signals, type Telemetry } from './telemetry.ts';

/** Vectors after a fault within which an alarm still comes of it. */
const after = 20;

/** What the detector says of one card, at its defaults: whether it told of the fault, and how often it told of something while all was well. */
export function detectorRule({ vectors, wrong }: Telemetry): { readonly found: boolean; readonly falseAlarms: number } {
  const options = v.parse(gpuTelemetry.options, {});
  const telemetry = new LearntTelemetry();
  let [found, falseAlarms, told] = [false, 0, false];
  for (const [at, vector] of vectors.entries()) {
    const named = signals.map((words, index) => [words, vector[index] ?? null] as const);
    const { status } = telemetry.judge(at * options.interval, 'GPU 0', [0], named, options);
    const isOfFault = wrong.subarray(Math.max(0, at - after), at + 1).includes(1);
    if (status === 'evidence' && isOfFault) found = true;
    else if (status === 'evidence' && !told) falseAlarms += 1;
    if (status === 'evidence') told = true;
    if (status === 'recovered') told = false;
  }
  return { found, falseAlarms };
}

#!/usr/bin/env node
/**
 * A stand-in for nvidia-smi, for machines without a GPU. What it plays is in the JSON file that GRADWATCH_SIMULATE_CONTROL names;
 * see control.ts and faults.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, delay } from './answer.ts';
import { readControl } from './control.ts';
import { gpus } from './gpu.ts';
import { parseInvocation } from './invocation.ts';
import { h100 } from './models/h100-80gb-hbm3.ts';
import { helpText } from './query-fields.ts';

const path = process.env['GRADWATCH_SIMULATE_CONTROL'];
let control = readControl(path);
const machine = gpus(h100, control.gpus, control.seed);

// A reader that went away ends a program that prints; SIGTERM ends it unless it plays a stubborn one.
process.stdout.on('error', () => process.exit(141));
process.on('SIGTERM', () => {
  control = readControl(path, control);
  if (!control.faults.some((fault) => fault.kind === 'hang' && fault.stubborn === true)) process.exit(143);
});

async function main(args: readonly string[]): Promise<number> {
  const invocation = parseInvocation(args);
  if (invocation.ask === 'mistake') {
    process.stdout.write(`${invocation.text}\n`);
    return 2;
  }
  if (invocation.ask === 'help-query-gpu') {
    process.stdout.write(helpText());
    return 0;
  }
  const every = invocation.ask === 'query-gpu' ? invocation.everyMilliseconds : null;
  for (let first = true; ; first = false) {
    const begun = Date.now();
    for (;;) {
      control = readControl(path, control);
      const left = 1000 * delay(control) - (Date.now() - begun);
      if (left <= 0) break;
      await sleep(Math.min(left, 50));
    }
    const { stdout, stderr, code } = answer(invocation, machine, control, new Date(), first);
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    if (code !== null) return code;
    if (every === null) return 0;
    await sleep(every);
  }
}

process.exitCode = await main(process.argv.slice(2));

#!/usr/bin/env node
/**
 * A stand-in for nvidia-smi, for machines without a GPU. What it plays is in the JSON file that GRADWATCH_SIMULATE_CONTROL names;
 * see control.ts and faults.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, delay, help } from './answer.ts';
import { readControl } from './control.ts';
import { parseInvocation } from './invocation.ts';

/** How often the control file is looked at while an answer is held back. */
const lookMilliseconds = 50;

const path = process.env['GRADWATCH_SIMULATE_CONTROL'];
let played = readControl(path);

// A reader that went away ends a program that prints; SIGTERM ends it unless it plays a stubborn one.
process.stdout.on('error', () => process.exit(141));
process.on('SIGTERM', () => {
  played = readControl(path, played);
  if (!played.control.faults.some((fault) => fault.kind === 'hang' && fault.stubborn === true)) process.exit(143);
});

async function main(args: readonly string[]): Promise<number> {
  const invocation = parseInvocation(args);
  if (invocation.ask === 'mistake') {
    process.stdout.write(`${invocation.text}\n`);
    return 2;
  }
  if (invocation.ask === 'help-query-gpu') {
    process.stdout.write(help(played.control));
    return 0;
  }
  for (let first = true; ; first = false) {
    const begun = Date.now();
    for (;;) {
      played = readControl(path, played);
      const left = 1000 * delay(played.control.faults, invocation.ask) - (Date.now() - begun);
      if (left <= 0) break;
      await sleep(Math.min(left, lookMilliseconds));
    }
    const { control, since } = played;
    const time = control.time === null ? new Date() : new Date(control.time);
    const { stdout, stderr, code } = answer(invocation, control, { time, since, first });
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    if (code !== null) return code;
    if (invocation.everyMilliseconds === null) return 0;
    await sleep(invocation.everyMilliseconds);
  }
}

process.exitCode = await main(process.argv.slice(2));

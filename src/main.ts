#!/usr/bin/env -S node --max-semi-space-size=2 --v8-pool-size=1
// A small young generation and one helper thread of V8: what they save in memory and cost is in docs/performance.md.
import { runCommand } from './cli/index.ts';

process.exitCode = await runCommand(process.argv.slice(2), process.env);

import { readConfig } from '../../src/config/index.ts';
import { runsOptions, type RunsOptions } from '../../src/runs/index.ts';

const read = readConfig(runsOptions, {});
if ('mistakes' in read) throw new Error('the defaults do not hold');

/** The limits and lifetimes of runs as they are when nothing is configured. */
export const runsDefaults: RunsOptions = read.value;

import { options } from '../config/index.ts';
import { cpu } from './cpu.ts';
import { disk } from './disk.ts';
import { fileDescriptors } from './file-descriptors.ts';
import { filesystem } from './filesystem.ts';
import { infiniband } from './infiniband.ts';
import { inventory } from './inventory.ts';
import { load } from './load.ts';
import { memory } from './memory.ts';
import { network } from './network.ts';
import { vmstat } from './vmstat.ts';
import { pressure } from './pressure.ts';
import { temperature } from './temperature.ts';

/** The collectors of the node, one line each; options, metrics and the runner follow. */
const declarations = {
  cpu,
  load,
  memory,
  vmstat,
  pressure,
  temperature,
  disk,
  filesystem,
  network,
  infiniband,
  file_descriptors: fileDescriptors,
  inventory,
} as const;

type Name = keyof typeof declarations;

export const nodeCollectors = Object.values(declarations);

type MetricOf<Declaration> = Declaration extends { readonly metrics: infer Metrics } ? Metrics[keyof Metrics] : never;

/** Everything that these collectors write. */
export const nodeMetrics = nodeCollectors.flatMap(
  ({ metrics }) => Object.values(metrics) as MetricOf<(typeof declarations)[Name]>[],
);

/** The group `node` of the configuration: one group for each collector. */
export const nodeOptions = options(
  Object.fromEntries(nodeCollectors.map((collector) => [collector.name, collector.options])) as {
    [Each in Name]: (typeof declarations)[Each]['options'];
  },
);

import type { BeatOptions, CollectorContext } from '../collect/index.ts';
import { options } from '../config/index.ts';
import { cgroupMemory } from './cgroup-memory.ts';
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
import { workerProcesses } from './worker-processes.ts';
import type { WorkerTree } from './worker-tree.ts';

export { WorkerTree } from './worker-tree.ts';
export type { KnownWorker } from './worker-tree.ts';

/** The collectors of the machine itself, one line each; options, metrics and the runner follow. */
const machine = {
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

/** The collectors of what known workers run in, likewise. */
const ofWorkers = { cgroup_memory: cgroupMemory, worker_processes: workerProcesses } as const;

const declarations = { ...machine, ...ofWorkers } as const;

type Name = keyof typeof declarations;

export const nodeCollectors = Object.values(machine);

export function workerCollectors(tree: WorkerTree) {
  return Object.values(ofWorkers).map((declaration) => ({
    ...declaration,
    create: (context: CollectorContext, options: BeatOptions) => declaration.create(context, options, tree),
  }));
}

type MetricOf<Declaration> = Declaration extends { readonly metrics: infer Metrics } ? Metrics[keyof Metrics] : never;

/** Everything that these collectors write. */
export const nodeMetrics = Object.values(declarations).flatMap(
  ({ metrics }) => Object.values(metrics) as MetricOf<(typeof declarations)[Name]>[],
);

/** The group `node` of the configuration: one group for each collector. */
export const nodeOptions = options(
  Object.fromEntries(Object.values(declarations).map((collector) => [collector.name, collector.options])) as {
    [Each in Name]: (typeof declarations)[Each]['options'];
  },
);

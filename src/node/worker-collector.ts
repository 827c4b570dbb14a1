import type { BeatOptions, Collector, CollectorContext } from '../collect/index.ts';
import type { Metric } from '../series/index.ts';
import type { NodeCollector } from './node-collector.ts';
import type { WorkerTree } from './worker-tree.ts';

/** A collector of this room that reads of the processes of known workers. */
export interface WorkerCollector<Name extends string, Metrics extends Readonly<Record<string, Metric>>> extends Omit<
  NodeCollector<Name, Metrics>,
  'create'
> {
  readonly create: (context: CollectorContext, options: BeatOptions, tree: WorkerTree) => Collector;
}

/** Keeps the exact types of a declaration's name and metrics. */
export function workerCollector<const Name extends string, const Metrics extends Readonly<Record<string, Metric>>>(
  declaration: WorkerCollector<Name, Metrics>,
): WorkerCollector<Name, Metrics> {
  return declaration;
}

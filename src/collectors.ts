import type { Configuration } from './catalogue.ts';
import {
  type BeatOptions,
  type Collector,
  type CollectorContext,
  type CollectorDeclaration,
  type CollectorRunner,
  systemTimers,
} from './collect/index.ts';
import { nearestOf } from './config/index.ts';
import {
  gpuCollector,
  gpuDetailCollector,
  NvidiaSmi,
  xidCollector,
  type GpuAddresses,
  type GpuReport,
  type Placing,
} from './gpu/index.ts';
import { podResources } from './kubernetes/index.ts';
import { nodeCollectors, workerCollectors, WorkerTree, type KnownWorker } from './node/index.ts';
import type { Metric, SeriesTable } from './series/index.ts';

/** A collector together with its options. */
export interface ConfiguredCollector {
  readonly name: string;
  readonly enabled: boolean;
  readonly intervalSeconds: number;
  readonly metrics: readonly Metric[];
  /** Those of one unit share a source and series, and are made anew together. */
  readonly unit: string;
  /** What it is made of: one that is of something else has to be made anew. */
  readonly recipe: string;
  readonly addTo: (runner: CollectorRunner, part: SeriesTable) => void;
  readonly create: (context: CollectorContext) => Collector;
}

/** The unit of those that ask nvidia-smi. */
export const gpuUnit = 'nvidia_smi';

export interface Collectors {
  /** Every collector that there is, those that are switched off among them. */
  readonly all: readonly ConfiguredCollector[];
  /** The GPUs as the collectors of a table see them. */
  readonly gpus: (table: SeriesTable) => readonly GpuReport[];
}

/**
 * The collectors as they are configured.
 * @param workers tells who reports now
 * @param addresses of GPUs; the same for collectors that are made at different times
 * @param placing told who computes where
 */
export function collectors(
  configuration: Configuration,
  workers: () => readonly KnownWorker[],
  addresses: GpuAddresses = new Map(),
  placing: Placing = { ranks: () => undefined, instances: () => undefined },
): Collectors {
  const { node, gpu, gpu_detail: detail, xid, kubernetes } = configuration;
  // Which process belongs to which rank: one look at the machine for all that ask.
  const { procRoot } = roots(configuration);
  const tree = new WorkerTree({ procRoot, workers, monotonic: () => systemTimers.monotonic() });
  const nvidiaSmi = new NvidiaSmi(gpu, addresses);
  const all = [
    ...nodeCollectors.map((declaration) => configured(declaration, node[declaration.name])),
    ...workerCollectors(tree).map((declaration) => configured(declaration, node[declaration.name])),
    {
      ...configured(gpuCollector(nvidiaSmi), gpu),
      // The interval is told to nvidia-smi when it is started.
      ...{ unit: gpuUnit, recipe: JSON.stringify(gpu) },
    },
    {
      ...configured(
        gpuDetailCollector(nvidiaSmi, () => tree.owners(), placing),
        detail,
      ),
      unit: gpuUnit,
    },
    configured(xidCollector(addresses), xid),
    configured(podResources, kubernetes.pod_resources),
  ];
  return { all, gpus: (table) => nvidiaSmi.reports(table) };
}

/**
 * Whether readiness waits for a collector, by `http.required_collectors`.
 * @throws Error for a name that no collector has, or one that is switched off
 */
export function isRequired(configuration: Configuration): (name: string) => boolean {
  const { required_collectors: text } = configuration.http;
  if (text === 'all' || text === 'none') return () => text === 'all';
  const names = text.split(',').map((name) => name.trim());
  const { all } = collectors(configuration, () => []);
  const known = all.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const told = unknown.map((name) => `"${name}" (the nearest is ${nearestOf(known, name)?.name ?? 'none'})`);
    throw new Error(`http.required_collectors: no collector ${told.join(', ')}; there are ${known.join(', ')}`);
  }
  const off = all.filter(({ name, enabled }) => !enabled && names.includes(name)).map(({ name }) => name);
  if (off.length > 0) {
    throw new Error(
      `http.required_collectors: switched off and yet waited for: ${off.join(', ')}; switch on, or leave out`,
    );
  }
  return (name) => names.includes(name);
}

/** Where collectors find the node's files. */
export function roots({
  system: { proc, sys, root },
}: Configuration): Pick<CollectorContext, 'procRoot' | 'sysRoot' | 'hostRoot'> {
  return { procRoot: proc, sysRoot: sys, hostRoot: root };
}

function configured<Options extends BeatOptions>(
  declaration: CollectorDeclaration<Options>,
  options: Options,
): ConfiguredCollector {
  return {
    name: declaration.name,
    enabled: options.enabled,
    intervalSeconds: options.interval,
    metrics: Object.values(declaration.metrics),
    unit: declaration.name,
    recipe: JSON.stringify({ ...options, interval: null }),
    addTo: (runner, part) => {
      runner.add(declaration, options, part);
    },
    create: (context) => declaration.create(context, options),
  };
}

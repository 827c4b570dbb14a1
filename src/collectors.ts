import type { Configuration } from './catalogue.ts';
import type { Collector, CollectorContext, CollectorDeclaration, CollectorRunner } from './collect/index.ts';
import { gpuCollector, NvidiaSmi, xidCollector, type GpuAddresses } from './gpu/index.ts';
import { podResources } from './kubernetes/index.ts';
import { nodeCollectors } from './node/index.ts';
import type { Metric } from './series/index.ts';

/** A collector together with its options. */
export interface ConfiguredCollector {
  readonly name: string;
  readonly enabled: boolean;
  readonly metrics: readonly Metric[];
  readonly addTo: (runner: CollectorRunner) => void;
  readonly create: (context: CollectorContext) => Collector;
}

/** Every collector that there is, those that are switched off among them. */
export function collectors({ node, gpu, xid, kubernetes }: Configuration): readonly ConfiguredCollector[] {
  const addresses: GpuAddresses = new Map();
  const nvidiaSmi = new NvidiaSmi(gpu, addresses);
  return [
    ...nodeCollectors.map((declaration) => configured(declaration, node[declaration.name])),
    configured(gpuCollector(nvidiaSmi), gpu),
    configured(xidCollector(addresses), xid),
    configured(podResources, kubernetes.pod_resources),
  ];
}

/** Where collectors find the node's files. */
export function roots({
  system: { proc, sys, root },
}: Configuration): Pick<CollectorContext, 'procRoot' | 'sysRoot' | 'hostRoot'> {
  return { procRoot: proc, sysRoot: sys, hostRoot: root };
}

function configured<Options extends { readonly enabled: boolean }>(
  declaration: CollectorDeclaration<Options>,
  options: Options,
): ConfiguredCollector {
  return {
    name: declaration.name,
    enabled: options.enabled,
    metrics: Object.values(declaration.metrics),
    addTo: (runner) => {
      runner.add(declaration, options);
    },
    create: (context) => declaration.create(context, options),
  };
}

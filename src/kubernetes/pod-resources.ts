import {
  CollectorError,
  PartialReading,
  SourceAbsent,
  type Collector,
  type CollectorContext,
  type CollectorDeclaration,
} from '../collect/index.ts';
import { FreshRows } from '../series/index.ts';
import { holdersOf, mostHolders } from './holders.ts';
import { listPodResources } from './kubelet.ts';
import { podResourcesMetrics } from './metrics.ts';
import type { PodResourcesOptions } from './options.ts';

type Key = keyof typeof podResourcesMetrics;

/** Tells which pod and container holds which GPU. A node without the kubelet's socket has no pods. */
class PodResources implements Collector {
  readonly intervalSeconds: number;
  readonly budgetSeconds = 5;
  readonly #socket: string;
  readonly #resources: readonly string[];
  readonly #rows: FreshRows<Key, 'uuid' | 'namespace' | 'pod' | 'container'>;
  #everAnswered = false;

  constructor(context: CollectorContext, { interval, socket, resources }: PodResourcesOptions) {
    this.intervalSeconds = interval;
    this.#socket = socket;
    this.#resources = resources
      .split(',')
      .map((beginning) => beginning.trim())
      .filter((beginning) => beginning !== '');
    this.#rows = new FreshRows(context.table.group(['uuid', 'namespace', 'pod', 'container'], podResourcesMetrics));
  }

  /** @throws CollectorError, SourceAbsent */
  async collect(signal: AbortSignal): Promise<void> {
    // Less than the budget, so that a kubelet that hangs is told as that.
    const response = await listPodResources(this.#socket, this.budgetSeconds - 1, signal);
    if (response === null) {
      // A kubelet that restarts is without its socket for a moment.
      if (this.#everAnswered) throw new CollectorError('absent', `the kubelet's socket ${this.#socket} is gone`);
      throw new SourceAbsent('not_on_this_machine', `there is no kubelet socket at ${this.#socket}`);
    }
    this.#everAnswered = true;
    const { holders, overLimit, unreadable } = holdersOf(response, this.#resources);
    this.#rows.show(holders.map((holder) => ({ labels: { ...holder }, values: { pod: 1 } })));
    if (overLimit > 0) {
      throw new PartialReading('too_many', `${overLimit} holders of GPUs beyond ${mostHolders} are left out`);
    }
    if (unreadable !== null)
      throw new PartialReading('unreadable', `no uuid or no proper name in device ${unreadable}`);
  }

  expire(): void {
    this.#rows.clear();
  }
}

/** The collector `pod_resources`. */
export const podResources: CollectorDeclaration<PodResourcesOptions> = {
  name: 'pod_resources',
  metrics: podResourcesMetrics,
  create: (context, options) => new PodResources(context, options),
};

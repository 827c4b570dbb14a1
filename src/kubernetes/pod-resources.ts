import {
  CollectorError,
  PartialReading,
  SourceAbsent,
  type Collector,
  type CollectorContext,
  type CollectorDeclaration,
} from '../collect/index.ts';
import { FreshRows } from '../series/index.ts';
import { claimHoldersOf } from './claims.ts';
import { holdersOf, mostHolders } from './holders.ts';
import { listPodResources } from './kubelet.ts';
import { claimMetrics, podMetrics, podResourcesMetrics } from './metrics.ts';
import type { PodResourcesOptions } from './options.ts';

/** Tells which pod and container holds which GPU. A node without the kubelet's socket has no pods. */
class PodResources implements Collector {
  readonly intervalSeconds: number;
  readonly budgetSeconds = 5;
  readonly #socket: string;
  readonly #resources: readonly string[];
  readonly #drivers: readonly string[];
  readonly #pods: FreshRows<'pod', 'uuid' | 'namespace' | 'pod' | 'container'>;
  readonly #claims: FreshRows<'claim', 'driver' | 'pool' | 'device' | 'namespace' | 'pod' | 'container'>;
  #everAnswered = false;

  constructor(context: CollectorContext, { interval, socket, resources, drivers }: PodResourcesOptions) {
    this.intervalSeconds = interval;
    this.#socket = socket;
    this.#resources = resources;
    this.#drivers = drivers;
    const holder = ['namespace', 'pod', 'container'] as const;
    this.#pods = new FreshRows(context.table.group(['uuid', ...holder], podMetrics));
    this.#claims = new FreshRows(context.table.group(['driver', 'pool', 'device', ...holder], claimMetrics));
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
    const [pods, claims] = [holdersOf(response, this.#resources), claimHoldersOf(response, this.#drivers)];
    this.#pods.show(pods.holders.map((holder) => ({ labels: { ...holder }, values: { pod: 1 } })));
    this.#claims.show(claims.holders.map((holder) => ({ labels: { ...holder }, values: { claim: 1 } })));
    const overLimit = pods.overLimit + claims.overLimit;
    if (overLimit > 0) {
      throw new PartialReading('too_many', `${overLimit} holders of GPUs beyond ${mostHolders} are left out`);
    }
    const unreadable = pods.unreadable ?? claims.unreadable;
    if (unreadable !== null)
      throw new PartialReading('unreadable', `no uuid or no proper name in device ${unreadable}`);
  }

  expire(): void {
    this.#pods.clear();
    this.#claims.clear();
  }
}

/** The collector `pod_resources`. */
export const podResources: CollectorDeclaration<PodResourcesOptions> = {
  name: 'pod_resources',
  metrics: podResourcesMetrics,
  create: (context, options) => new PodResources(context, options),
};

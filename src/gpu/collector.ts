import { spawn } from 'node:child_process';
import { CollectorError, type Collector, type CollectorContext, type CollectorDeclaration } from '../collect/index.ts';
import type { GpuAddresses } from './addresses.ts';
import { Cards } from './cards.ts';
import { gpuMetrics } from './metrics.ts';
import type { GpuOptions } from './options.ts';
import { Mailbox } from './outcome.ts';
import { ProcessGate, type Spawn } from './process-gate.ts';
import { SampleStream, type Pace } from './stream.ts';

/** What a test puts in the place of the real thing. */
export interface Surroundings {
  readonly spawn: Spawn;
  readonly pace: Pace;
  /** Between SIGTERM, SIGKILL and giving up. */
  readonly graceSeconds: number;
}

const real: Surroundings = {
  spawn: (program, args) => spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }),
  pace: { first: 1, longest: 60, slow: 60 },
  graceSeconds: 2,
};

/**
 * Reads the GPUs of the node from a long-lived nvidia-smi. A reading takes the newest complete sample, and waits for it when it was
 * already taken. A node without GPUs is read well: it has none.
 */
export class GpuCollector implements Collector {
  readonly intervalSeconds: number;
  readonly budgetSeconds: number;
  readonly #cards: Cards;
  readonly #mailbox = new Mailbox();
  readonly #stream: SampleStream;
  #taken = 0;

  constructor(
    context: CollectorContext,
    options: GpuOptions,
    { spawn, pace, graceSeconds }: Surroundings = real,
    addresses: GpuAddresses = new Map(),
  ) {
    const { table, logger, procRoot } = context;
    const configured = options.expected_devices === 0 ? null : options.expected_devices;
    this.intervalSeconds = options.interval;
    this.budgetSeconds = options.interval + 3;
    this.#cards = new Cards(table, configured, addresses);
    this.#stream = new SampleStream(
      new ProcessGate(spawn, options.program, graceSeconds),
      this.#mailbox,
      {
        intervalSeconds: options.interval,
        staleAfterSeconds: options.stale_after,
        expectsGpus: configured !== null,
        details: options.details,
        procRoot,
        pace,
      },
      logger,
      () => {
        this.#cards.unreadable();
      },
    );
  }

  /** @throws CollectorError with a FailureReason while the GPUs cannot be read. */
  async collect(signal: AbortSignal): Promise<void> {
    this.#stream.start();
    // Less than the budget, so that a late sample is told as that.
    const patience = this.budgetSeconds - 1;
    const next = await this.#mailbox.next(this.#taken, patience, signal);
    if (next === null)
      throw new CollectorError('slow', `nvidia-smi runs but has not printed a new sample for ${patience} s`);
    this.#taken = next.sequence;
    const { outcome } = next;
    switch (outcome.kind) {
      case 'sample':
        this.#cards.take(outcome.sample);
        return;
      case 'none':
        this.#cards.none();
        return;
      case 'failed':
        this.#cards.lost(outcome.unreachable);
        throw new CollectorError(outcome.reason, outcome.message);
    }
  }

  expire(): void {
    this.#cards.expire();
  }

  async stop(): Promise<void> {
    await this.#stream.stop();
  }
}

/** The collector `gpu`. It keeps the addresses up to date, for others that are told of addresses alone. */
export function gpuCollector(addresses: GpuAddresses): CollectorDeclaration<GpuOptions> {
  return {
    name: 'gpu',
    metrics: gpuMetrics,
    create: (context, options) => new GpuCollector(context, options, real, addresses),
  };
}

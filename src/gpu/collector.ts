import {
  CollectorError,
  steadyReadings,
  type Collector,
  type CollectorContext,
  type CollectorDeclaration,
} from '../collect/index.ts';
import type { Row as SeriesRow } from '../series/index.ts';
import type { Cards } from './cards.ts';
import { gpuMetrics } from './metrics.ts';
import type { NvidiaSmi } from './nvidia-smi.ts';
import type { GpuOptions } from './options.ts';
import { Mailbox, type FailureReason } from './outcome.ts';
import { sourceState } from './sources.ts';
import { SampleStream } from './stream.ts';

/**
 * Reads the GPUs of the node from a long-lived nvidia-smi. A reading takes the newest complete sample, and waits for it when it was
 * already taken. A node without GPUs is read well: it has none.
 */
export class GpuCollector implements Collector {
  readonly intervalSeconds: number;
  readonly budgetSeconds: number;
  readonly #cards: Cards;
  readonly #source: SeriesRow<'source'>;
  readonly #mailbox = new Mailbox();
  readonly #stream: SampleStream;
  readonly #showWaiting: () => void;
  #taken = 0;
  /** Samples since it was last too slow. */
  #inTime = Infinity;

  constructor({ table, logger, procRoot }: CollectorContext, nvidiaSmi: NvidiaSmi) {
    const { options, gate, pace, pause, expected } = nvidiaSmi;
    const { cards, sources } = nvidiaSmi.in(table);
    this.intervalSeconds = options.interval;
    this.budgetSeconds = options.interval + 3;
    this.#cards = cards;
    cards.fed = true;
    cards.tellTo(logger);
    this.#showWaiting = () => {
      nvidiaSmi.showWaiting(table);
    };
    this.#source = sources.row({ collector: 'gpu' });
    this.#stream = new SampleStream(
      gate,
      this.#mailbox,
      {
        intervalSeconds: options.interval,
        staleAfterSeconds: options.stale_after,
        expectsGpus: expected !== null,
        details: options.details,
        program: options.program,
        procRoot,
        pace,
        pause,
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
    this.#showWaiting();
    if (next === null) {
      const since =
        this.#taken === 0 ? `not answered yet, after ${patience} s` : `not printed a new sample for ${patience} s`;
      this.#inTime = 0;
      throw this.#failure('slow', `nvidia-smi runs but has ${since}`);
    }
    this.#taken = next.sequence;
    const { outcome } = next;
    switch (outcome.kind) {
      case 'sample':
        this.#cards.take(outcome.sample);
        this.#inTime += 1;
        if (this.#inTime >= steadyReadings) this.#source.setState('source', 'ok');
        return;
      case 'none':
        this.#cards.none();
        this.#source.setState('source', 'no_gpu');
        return;
      case 'failed':
        this.#cards.lost(outcome.unreachable, outcome.reason);
        throw this.#failure(outcome.reason, outcome.message);
    }
  }

  expire(): void {
    this.#cards.expire();
  }

  async stop(): Promise<void> {
    await this.#stream.stop();
  }

  #failure(reason: FailureReason, message: string): CollectorError {
    this.#source.setState('source', sourceState(reason));
    return new CollectorError(reason, message);
  }
}

/** The collector `gpu`. */
export function gpuCollector(nvidiaSmi: NvidiaSmi): CollectorDeclaration<GpuOptions> {
  return {
    name: 'gpu',
    metrics: gpuMetrics,
    passingReasons: ['hung', 'slow', 'failed'] satisfies readonly FailureReason[],
    create: (context) => new GpuCollector(context, nvidiaSmi),
  };
}

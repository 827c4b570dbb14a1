import { CollectorError, SourceAbsent } from '../../collect/index.ts';
import type { Collector, CollectorContext, CollectorDeclaration } from '../../collect/index.ts';
import type { Row as SeriesRow } from '../../series/index.ts';
import type { Cards } from '../cards.ts';
import type { Ending } from '../ending.ts';
import type { ReadingField } from '../field.ts';
import { isVital, readingFields } from '../fields.ts';
import { leaveOut } from '../leave-out.ts';
import type { NvidiaSmi } from '../nvidia-smi.ts';
import type { FailureReason } from '../outcome.ts';
import { Reach } from '../reach.ts';
import { sourceState } from '../sources.ts';
import { judge } from '../verdict.ts';
import { Errand } from './call.ts';
import { readDocument, type GpuDetail } from './document.ts';
import { LinkReader } from './link-reader.ts';
import { gpuDetailMetrics } from './metrics.ts';
import type { Placing } from './gpus-of-ranks.ts';
import type { GpuDetailOptions } from './options.ts';
import { Occupants } from './occupants.ts';
import type { Workers } from './processes.ts';
import { SmallCalls } from './small-calls.ts';

/** GPUs without a handle that are left out one after the other; then the rest is not asked any more either. */
const mostLeftOut = 8;
/** A reading may take so long beyond the silence that is allowed: to end a process, and to say that. */
const spareSeconds = 10;

/**
 * Reads what the loop of `--query-gpu` does not tell, from `nvidia-smi -q -x`: MIG instances, processes, limits, replays, and what
 * this driver has no CSV field for. It shares the gate with the loop, and its failures harm nothing but its own series.
 */
export class GpuDetailCollector implements Collector {
  readonly intervalSeconds: number;
  readonly budgetSeconds: number;
  readonly #nvidiaSmi: NvidiaSmi;
  readonly #procRoot: string;
  readonly #cards: Cards;
  readonly #source: SeriesRow<'source'>;
  readonly #showWaiting: () => void;
  readonly #occupants: Occupants;
  readonly #links: LinkReader;
  readonly #fields: readonly ReadingField[];
  readonly #reach: Reach;
  #errand: Errand | null = null;
  #everRead = false;
  /** This is a guest with a virtual GPU. */
  #guest = false;

  constructor(
    context: CollectorContext,
    nvidiaSmi: NvidiaSmi,
    options: GpuDetailOptions,
    workers: () => Promise<Workers>,
    placing: Placing,
  ) {
    const { table, procRoot, now, logger } = context;
    const { cards, sources } = nvidiaSmi.in(table);
    this.intervalSeconds = options.interval;
    this.budgetSeconds = nvidiaSmi.options.stale_after + spareSeconds;
    this.#nvidiaSmi = nvidiaSmi;
    this.#procRoot = procRoot;
    this.#cards = cards;
    cards.tellTo(logger);
    this.#source = sources.row({ collector: 'gpu_detail' });
    this.#showWaiting = () => {
      nvidiaSmi.showWaiting(table);
    };
    const calls = new SmallCalls(table, now, logger);
    this.#occupants = new Occupants(table, calls, now, workers, placing);
    this.#links = new LinkReader(table, calls, now);
    // Whoever wants few fields of a card does not want them from here either.
    this.#fields = nvidiaSmi.options.details
      ? readingFields
      : readingFields.filter((field) => field.candidates.length === 0 || isVital(field));
    this.#reach = new Reach(procRoot);
  }

  /**
   * @throws CollectorError with a FailureReason
   * @throws SourceAbsent on a node without GPUs, and in a guest with a virtual GPU
   */
  async collect(signal: AbortSignal): Promise<void> {
    if (this.#guest) throw guest();
    try {
      // A process that is not gone yet is waited for, and says how it is; it is not asked again beside it. Else it is asked at each beat,
      // whatever came of the last: a pause would go on showing a failure of a driver that is well again, and keep readiness red.
      this.#errand ??= this.#begin();
      await this.#errand.result(this.budgetSeconds - 1, signal);
      this.#source.setState('source', 'ok');
    } catch (error) {
      this.#judge(error);
      throw error;
    } finally {
      this.#showWaiting();
    }
  }

  /** Forgets readings; who MIG instances are stays. */
  expire(): void {
    this.#cards.expireSupplement();
    this.#occupants.expire();
    this.#links.clear();
  }

  async stop(): Promise<void> {
    this.#errand?.stop();
    await this.#errand?.done.catch(() => undefined);
  }

  #begin(): Errand {
    const { gate, options } = this.#nvidiaSmi;
    const errand = new Errand(gate, options.stale_after, (self) => this.#read(self));
    errand.done.finally(() => (this.#errand = null)).catch(() => undefined);
    return errand;
  }

  async #read(errand: Errand): Promise<void> {
    this.#reach.reset();
    for (let attempt = 0; attempt <= mostLeftOut; attempt += 1) {
      const document = await readDocument(errand, this.#reach.asked, this.#fields);
      if (document.kind === 'read') {
        for (let at = 0; at < document.unreadable; at += 1) this.#cards.unreadable();
        this.#cards.dropped(document.dropped);
        await this.#take(errand, document.gpus);
        return;
      }
      // One GPU without a handle fails the whole call.
      if (
        document.end.kind !== 'no_handle' ||
        !(await leaveOut(document.end, this.#reach, (args) => errand.lines(args)))
      )
        this.#conclude(document.end);
    }
    throw new CollectorError('device_unreachable', `more than ${mostLeftOut} GPUs have no handle`);
  }

  #conclude(end: Ending): never {
    const { options, expected } = this.#nvidiaSmi;
    const hadGpus = expected !== null || this.#everRead || this.#cards.everSeen;
    const leftOut = this.#reach.asked !== null;
    const verdict = judge(end, { program: options.program, procRoot: this.#procRoot, hadGpus, leftOut });
    if (verdict.kind === 'none') throw new SourceAbsent('not_on_this_machine', 'there is no GPU on this node');
    // Where no loop runs nobody else tells of them.
    if (!this.#cards.fed) this.#cards.lost(this.#reach.unreachable, verdict.reason);
    throw new CollectorError(verdict.reason, verdict.message);
  }

  async #take(errand: Errand, gpus: readonly GpuDetail[]): Promise<void> {
    const rows = gpus.map(({ row }) => row);
    if (rows.some(({ texts }) => /^vgpu$/i.test(texts.get('virtualization') ?? ''))) {
      this.#guest = true;
      throw guest();
    }
    this.#everRead = true;
    const unreachable = this.#reach.unreachable;
    const sample = { rows, asked: this.#reach.asked, unreachable };
    this.#reach.saw(sample);
    this.#cards.supplement(sample);
    // A loop that found none would wait.
    if (rows.length > 0) this.#nvidiaSmi.pause.end();
    for (const { instances, processes } of gpus)
      for (const { dropped } of [...instances, ...(processes ?? [])]) this.#cards.dropped(dropped);
    const identified = gpus.map((detail, index) => {
      const { row } = detail;
      return { card: this.#cards.identify(row), index, row, detail };
    });
    await this.#occupants.take(errand, identified);
    await this.#links.read(errand, identified);
  }

  #judge(error: unknown): void {
    if (error instanceof SourceAbsent) {
      if (this.#guest) this.#source.clear('source');
      else this.#source.setState('source', 'no_gpu');
      this.#occupants.clear();
      return;
    }
    if (error instanceof CollectorError) this.#source.setState('source', sourceState(error.reason));
  }
}

/**
 * The document asks for the histogram of remapped rows too, of which the kernel of such a guest warns each time
 * (utkuozdemir/nvidia_gpu_exporter#384); it cannot be asked for parts.
 */
function guest(): SourceAbsent {
  return new SourceAbsent(
    'not_on_this_machine',
    'this is a guest with a virtual GPU, whose kernel warns of each nvidia-smi -q -x; what --query-gpu tells is read',
  );
}

/**
 * The collector `gpu_detail`.
 * @param workers finds the processes of workers that report here
 * @param placing told at each reading who computes where
 */
export function gpuDetailCollector(
  nvidiaSmi: NvidiaSmi,
  workers: () => Promise<Workers>,
  placing: Placing,
): CollectorDeclaration<GpuDetailOptions> {
  return {
    name: 'gpu_detail',
    metrics: gpuDetailMetrics,
    passingReasons: ['hung', 'slow', 'blocked', 'failed'] satisfies readonly FailureReason[],
    create: (context, options) => new GpuDetailCollector(context, nvidiaSmi, options, workers, placing),
  };
}

import { CollectorError, SourceAbsent } from '../../collect/index.ts';
import type { Collector, CollectorContext, CollectorDeclaration, Logger } from '../../collect/index.ts';
import type { Row as SeriesRow, SeriesGroup } from '../../series/index.ts';
import type { GpuIdentity } from '../addresses.ts';
import type { Cards } from '../cards.ts';
import { ending, type Ending } from '../exit.ts';
import type { ReadingField } from '../field.ts';
import { isVital, readingFields } from '../fields.ts';
import { LineCutter } from '../lines.ts';
import type { NvidiaSmi } from '../nvidia-smi.ts';
import { Reach } from '../reach.ts';
import type { Row } from '../row.ts';
import { sourceState } from '../sources.ts';
import { judge } from '../verdict.ts';
import { Errand } from './call.ts';
import { readDocument, type GpuDetail } from './document.ts';
import { InstanceSeries, type Carved } from './instances.ts';
import { LinkSeries } from './link-series.ts';
import { parseLinks } from './links.ts';
import { parseList, type Listed } from './list.ts';
import { callMetrics, gpuDetailMetrics } from './metrics.ts';
import type { GpuDetailOptions } from './options.ts';
import { ProcessSeries, type Workers } from './processes.ts';
import { gpusOfRanks, type PlacedRank } from './gpus-of-ranks.ts';

/** GPUs without a handle that are left out one after the other; then the rest is not asked any more either. */
const mostLeftOut = 8;
/** Lines of `nvidia-smi -L` and `nvidia-smi nvlink` that are looked at. */
const mostLines = 20_000;
/** How often links are looked for where there were none, and small calls are tried after one that hung, in seconds. */
const rarely = 600;
/** The longest pause after failures, in seconds. */
const longestPause = 600;
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
  readonly #now: () => number;
  readonly #cards: Cards;
  readonly #source: SeriesRow<'source'>;
  readonly #showWaiting: () => void;
  readonly #instances: InstanceSeries;
  readonly #processes: ProcessSeries;
  readonly #links: LinkSeries;
  /** When links are looked for again, in Unix time. */
  #linksFrom = 0;
  #hadLinks = false;
  /** When small calls are made again after one that hung, in Unix time. */
  #smallFrom = 0;
  readonly #logger: Logger;
  readonly #callFailures: SeriesGroup<'failures', 'call' | 'reason'>;
  /** Why the small calls fail, as the log has it. */
  readonly #complaints = new Map<string, string>();
  /** Small calls that this driver has answered. */
  readonly #answered = new Set<string>();
  /** When those are made again that it never answered, in Unix time: it may not know them. */
  readonly #unknownUntil = new Map<string, number>();
  readonly #fields: readonly ReadingField[];
  readonly #reach: Reach;
  readonly #findWorkers: () => Promise<Workers>;
  readonly #placed: (ranks: readonly PlacedRank[]) => void;
  #workers: Workers = new Map();
  #errand: Errand | null = null;
  /** The MIG instances that -L named, and their names. */
  #listedSet = '';
  #listed: ReadonlyMap<string, Listed> = new Map();
  #last: readonly GpuDetail[] = [];
  #everRead = false;
  /** This is a guest with a virtual GPU. */
  #guest = false;
  #failures = 0;
  #resting: { readonly until: number; readonly error: CollectorError } | null = null;

  constructor(
    context: CollectorContext,
    nvidiaSmi: NvidiaSmi,
    options: GpuDetailOptions,
    workers: () => Promise<Workers>,
    placed: (ranks: readonly PlacedRank[]) => void,
  ) {
    const { table, procRoot, now, logger } = context;
    const { cards, sources } = nvidiaSmi.in(table);
    this.intervalSeconds = options.interval;
    this.budgetSeconds = nvidiaSmi.options.stale_after + spareSeconds;
    this.#nvidiaSmi = nvidiaSmi;
    this.#procRoot = procRoot;
    this.#now = now;
    this.#cards = cards;
    this.#source = sources.row({ collector: 'gpu_detail' });
    this.#showWaiting = () => {
      nvidiaSmi.showWaiting(table);
    };
    this.#instances = new InstanceSeries(table);
    this.#processes = new ProcessSeries(table);
    this.#links = new LinkSeries(table);
    this.#logger = logger;
    this.#callFailures = table.group(['call', 'reason'], callMetrics);
    this.#findWorkers = workers;
    this.#placed = placed;
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
      // A process that is not gone yet is waited for, and says how it is; it is not asked again beside it.
      if (this.#errand === null && this.#resting !== null && this.#now() < this.#resting.until)
        throw this.#resting.error;
      this.#errand ??= this.#begin();
      await this.#errand.result(this.budgetSeconds - 1, signal);
      this.#source.setState('source', 'ok');
      this.#failures = 0;
      this.#resting = null;
    } catch (error) {
      if (error !== this.#resting?.error) this.#judge(error);
      throw error;
    } finally {
      this.#showWaiting();
    }
  }

  /** Forgets readings; who MIG instances are stays. */
  expire(): void {
    this.#cards.expireSupplement();
    this.#instances.expire();
    this.#processes.clear();
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
        await this.#take(errand, document.gpus);
        return;
      }
      // One GPU without a handle fails the whole call.
      if (document.end.kind !== 'no_handle' || !this.#reach.leaveOut(document.end)) this.#conclude(document.end);
    }
    throw new CollectorError('device_unreachable', `more than ${mostLeftOut} GPUs have no handle`);
  }

  #conclude(end: Ending): never {
    const { options, expected } = this.#nvidiaSmi;
    const hadGpus = expected !== null || this.#everRead || this.#cards.everSeen;
    const verdict = judge(end, { program: options.program, procRoot: this.#procRoot, hadGpus });
    if (verdict.kind === 'failed') throw new CollectorError(verdict.reason, verdict.message);
    throw new SourceAbsent('not_on_this_machine', 'there is no GPU on this node');
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
    for (const { instances, processes } of gpus)
      for (const { dropped } of [...instances, ...(processes ?? [])]) this.#cards.dropped(dropped);
    // Whose collectors tell when they cannot be found; the memory of a process is known all the same.
    this.#workers = await this.#findWorkers().catch(() => new Map<never, never>());
    this.#last = gpus;
    this.#show();
    await this.#nameInstances(errand);
    await this.#readLinks(errand);
  }

  /** Who MIG instances are only -L tells; it is asked at the start, and when there are others than before. */
  async #nameInstances(errand: Errand): Promise<void> {
    const set = this.#last
      .flatMap(({ row, instances }) =>
        instances.map(
          ({ device, gpuInstance, computeInstance }) => `${row.uuid ?? ''}/${device}/${gpuInstance}/${computeInstance}`,
        ),
      )
      .join();
    if (set === this.#listedSet) return;
    const lines = set === '' ? [] : await this.#ask(errand, '-L');
    if (lines === null) return;
    this.#listed = parseList(lines);
    this.#listedSet = set;
    this.#show();
  }

  /** NVLinks are in no other output. Where a GPU has none, or a driver does not know the command, they are asked for rarely. */
  async #readLinks(errand: Errand): Promise<void> {
    if (this.#now() < this.#linksFrom) return;
    const answers: (readonly string[])[] = [];
    for (const what of ['nvlink -s', 'nvlink -e', 'nvlink -gt d']) {
      const said = await this.#ask(errand, what);
      answers.push(said ?? []);
      // Of cards without links the other calls say no more.
      if (said !== null && !said.some((line) => /^\s*Link\b/i.test(line))) break;
    }
    const told = parseLinks(answers);
    const cards = this.#last.map(({ row }, index) => ({ card: this.#identify(row, index), index, row }));
    this.#links.show(
      cards.filter(({ row }) => row.state !== 'lost'),
      told,
    );
    const hasLinks = told.some(({ links, allInactive }) => links.length > 0 || allInactive);
    this.#hadLinks ||= hasLinks;
    // What names no GPU at all is no answer.
    if (!hasLinks && (told.length > 0 || !this.#hadLinks)) this.#linksFrom = this.#now() + rarely;
  }

  /** One of the small calls, which add to the document. @returns its lines; null when it failed, which is counted and logged */
  async #ask(errand: Errand, what: string): Promise<readonly string[] | null> {
    if (this.#now() < Math.max(this.#smallFrom, this.#unknownUntil.get(what) ?? 0)) return null;
    let trouble: CollectorError;
    try {
      const answer = await linesOf(errand, what.split(' '));
      if (typeof answer !== 'string') {
        this.#complaints.delete(what);
        this.#answered.add(what);
        return answer;
      }
      if (!this.#answered.has(what)) this.#unknownUntil.set(what, this.#now() + rarely);
      trouble = new CollectorError('failed', answer);
    } catch (error) {
      if (!(error instanceof CollectorError)) throw error;
      // It would hang in the next reading too, and make it fail.
      if (error.reason === 'hung') this.#smallFrom = this.#now() + rarely;
      trouble = error;
    }
    const { reason, message } = trouble;
    this.#callFailures.row({ call: what, reason }).add('failures');
    if (this.#complaints.get(what) !== reason)
      this.#logger.warn({ call: what, reason }, `nvidia-smi ${what}: ${message}`);
    this.#complaints.set(what, reason);
    return null;
  }

  #identify(row: Row, position: number): GpuIdentity {
    return this.#cards.identify(row) ?? { uuid: row.uuid ?? '', gpu: String(position) };
  }

  #show(): void {
    const carved: Carved[] = [];
    const occupied = [];
    for (const [position, { row, instances, processes }] of this.#last.entries()) {
      const card = this.#identify(row, position);
      const lost = row.state === 'lost';
      carved.push({ card, instances, lost });
      if (!lost && processes !== null) occupied.push({ card, processes });
    }
    this.#instances.show(carved, this.#listed);
    this.#processes.show(occupied, this.#workers);
    this.#placed(gpusOfRanks(occupied, this.#workers));
  }

  #judge(error: unknown): void {
    if (error instanceof SourceAbsent) {
      if (this.#guest) this.#source.clear('source');
      else this.#source.setState('source', 'no_gpu');
      this.#last = [];
      this.#instances.clear();
      return;
    }
    if (!(error instanceof CollectorError)) return;
    this.#source.setState('source', sourceState(error.reason));
    // One that only waits, or is late, needs no pause.
    if (error.reason === 'blocked' || error.reason === 'slow') return;
    const pause = Math.min(longestPause, this.intervalSeconds * 2 ** Math.min(this.#failures++, 20));
    this.#resting = { until: this.#now() + pause - this.intervalSeconds / 2, error };
  }
}

/** What a call prints, in lines; a text that says how it failed. @throws CollectorError when it does not answer */
async function linesOf(errand: Errand, args: readonly string[]): Promise<readonly string[] | string> {
  const cutter = new LineCutter();
  const lines: string[] = [];
  const exit = await errand.call(args, (text) => {
    for (const line of cutter.push(text)) if (lines.length < mostLines) lines.push(line);
  });
  lines.push(...cutter.flush());
  if (exit.code === 0) return lines;
  const end = ending(exit, lines.join('\n'));
  return 'said' in end ? end.said : end.kind;
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
 * @param placed told at each reading on which GPUs they compute
 */
export function gpuDetailCollector(
  nvidiaSmi: NvidiaSmi,
  workers: () => Promise<Workers>,
  placed: (ranks: readonly PlacedRank[]) => void,
): CollectorDeclaration<GpuDetailOptions> {
  return {
    name: 'gpu_detail',
    metrics: gpuDetailMetrics,
    create: (context, options) => new GpuDetailCollector(context, nvidiaSmi, options, workers, placed),
  };
}

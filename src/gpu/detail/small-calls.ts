import { CollectorError, type Logger } from '../../collect/index.ts';
import type { SeriesGroup, SeriesTable } from '../../series/index.ts';
import { ending, type Ending } from '../ending.ts';
import type { Errand } from './call.ts';
import { callMetrics } from './metrics.ts';

/** How often what had no answer is asked for again, in seconds. */
export const rarely = 600;
/** GPUs that hang a call of their own from which on it is the driver that hangs: each makes a reading fail. */
const mostHung = 3;
/** Less than between two documents, in seconds. */
const soon = 5;

/** What a small call brought: its lines, that a GPU without a handle failed it for all, or nothing. */
export type Told = readonly string[] | 'no_handle' | null;

/** Calls that hung, one after the other. */
interface Hung {
  readonly times: number;
  /** When they are made again, in Unix time. */
  readonly until: number;
}

/**
 * The small calls of nvidia-smi, which add to the document: each fails for itself, is counted and logged, and what a driver does not
 * know is asked for rarely.
 */
export class SmallCalls {
  readonly #now: () => number;
  readonly #logger: Logger;
  readonly #failures: SeriesGroup<'failures', 'call' | 'reason'>;
  /** By the GPU that was asked for; empty for all of them together. */
  readonly #hung = new Map<string, Hung>();
  /** Why they fail, as the log has it. */
  readonly #complaints = new Map<string, string>();
  /** Those that this driver has answered. */
  readonly #answered = new Set<string>();
  /** When those are made again that it never answered, in Unix time: it may not know them. */
  readonly #unknownUntil = new Map<string, number>();

  constructor(table: SeriesTable, now: () => number, logger: Logger) {
    this.#now = now;
    this.#logger = logger;
    this.#failures = table.group(['call', 'reason'], callMetrics);
  }

  /**
   * @param what the arguments, `nvlink -s`
   * @param gpu bus id of the one that is asked for, which no other can fail; by default all are
   * @returns null when it failed or is not made now
   */
  async ask(errand: Errand, what: string, gpu = ''): Promise<Told> {
    const call = gpu === '' ? what : `${what} -i ${gpu}`;
    if (this.#now() < Math.max(this.#hung.get(gpu)?.until ?? 0, this.#unknownUntil.get(call) ?? 0)) return null;
    if (gpu !== '' && this.#hungGpus >= mostHung) return null;
    let trouble: CollectorError;
    let hasHandles = true;
    try {
      const answer = await linesOf(errand, call.split(' '));
      this.#hung.delete(gpu);
      if (!('kind' in answer)) {
        this.#complaints.delete(call);
        this.#answered.add(call);
        return answer;
      }
      // A card without a handle fails them for all, and says nothing of the driver.
      hasHandles = answer.kind !== 'no_handle';
      if (hasHandles && !this.#answered.has(call)) this.#unknownUntil.set(call, this.#now() + rarely);
      trouble = new CollectorError('failed', 'said' in answer ? answer.said : answer.kind);
    } catch (error) {
      if (!(error instanceof CollectorError)) throw error;
      if (error.reason === 'hung') {
        const times = (this.#hung.get(gpu)?.times ?? 0) + 1;
        // A driver that hung and is well again answers after the next document. A call that hangs by itself would make each reading fail.
        // What hangs for one GPU while others answer is that GPU.
        this.#hung.set(gpu, { times, until: this.#now() + (times > 1 || gpu !== '' ? rarely : soon) });
      }
      trouble = error;
    }
    // It was ended by us, and the driver is not to blame.
    if (errand.isStopped) return null;
    const { reason, message } = trouble;
    this.#failures.row({ call: what, reason }).add('failures');
    if (this.#complaints.get(call) !== reason) this.#logger.warn({ call, reason }, `nvidia-smi ${call}: ${message}`);
    this.#complaints.set(call, reason);
    return hasHandles ? null : 'no_handle';
  }

  /** How many GPUs are not asked for, since a call for each of them hung. */
  get #hungGpus(): number {
    return [...this.#hung].filter(([gpu, { until }]) => gpu !== '' && this.#now() < until).length;
  }
}

/** What a call prints, in lines, or how it failed. @throws CollectorError when it does not answer */
async function linesOf(errand: Errand, args: readonly string[]): Promise<readonly string[] | Ending> {
  const { exit, lines } = await errand.lines(args);
  return exit.code === 0 ? lines : ending(exit, lines.join('\n'));
}

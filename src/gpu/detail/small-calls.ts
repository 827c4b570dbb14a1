import { CollectorError, type Logger } from '../../collect/index.ts';
import type { SeriesGroup, SeriesTable } from '../../series/index.ts';
import { ending, type Ending } from '../ending.ts';
import type { Errand } from './call.ts';
import { callMetrics } from './metrics.ts';

/** How often what had no answer is asked for again, in seconds. */
export const rarely = 600;
/** Less than between two documents, in seconds. */
const soon = 5;

/**
 * The small calls of nvidia-smi, which add to the document: each fails for itself, is counted and logged, and what a driver does not
 * know is asked for rarely.
 */
export class SmallCalls {
  readonly #now: () => number;
  readonly #logger: Logger;
  readonly #failures: SeriesGroup<'failures', 'call' | 'reason'>;
  /** When they are made again after one that hung, in Unix time. */
  #from = 0;
  /** How many of them hung since the last that did not. */
  #hung = 0;
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
   * @returns the lines that it prints; null when it failed or is not made now
   */
  async ask(errand: Errand, what: string): Promise<readonly string[] | null> {
    if (this.#now() < Math.max(this.#from, this.#unknownUntil.get(what) ?? 0)) return null;
    let trouble: CollectorError;
    try {
      const answer = await linesOf(errand, what.split(' '));
      this.#hung = 0;
      if (!('kind' in answer)) {
        this.#complaints.delete(what);
        this.#answered.add(what);
        return answer;
      }
      // A card without a handle fails them for all, and says nothing of the driver.
      if (answer.kind !== 'no_handle' && !this.#answered.has(what)) this.#unknownUntil.set(what, this.#now() + rarely);
      trouble = new CollectorError('failed', 'said' in answer ? answer.said : answer.kind);
    } catch (error) {
      if (!(error instanceof CollectorError)) throw error;
      if (error.reason === 'hung') {
        this.#hung += 1;
        // A driver that hung and is well again answers after the next document. A call that hangs by itself would make each reading fail.
        this.#from = this.#now() + (this.#hung > 1 ? rarely : soon);
      }
      trouble = error;
    }
    // It was ended by us, and the driver is not to blame.
    if (errand.isStopped) return null;
    const { reason, message } = trouble;
    this.#failures.row({ call: what, reason }).add('failures');
    if (this.#complaints.get(what) !== reason)
      this.#logger.warn({ call: what, reason }, `nvidia-smi ${what}: ${message}`);
    this.#complaints.set(what, reason);
    return null;
  }
}

/** What a call prints, in lines, or how it failed. @throws CollectorError when it does not answer */
async function linesOf(errand: Errand, args: readonly string[]): Promise<readonly string[] | Ending> {
  const { exit, lines } = await errand.lines(args);
  return exit.code === 0 ? lines : ending(exit, lines.join('\n'));
}

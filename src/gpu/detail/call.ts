import { setTimeout as sleep } from 'node:timers/promises';
import { CollectorError } from '../../collect/index.ts';
import type { Exit, ProcessGate } from '../../programs/index.ts';
import { LineCutter } from '../lines.ts';
import { stuckMessage, type FailureReason } from '../outcome.ts';

/** A call that goes on printing for so long is ended, in seconds: no card has so much to say. */
const longestCall = 120;
/**
 * One that prints more is ended at once. The document of 16 GPUs has half a MiB, and where accounting is on up to 2 MiB more for each
 * GPU, of the 4000 processes that a driver remembers.
 */
export const mostBytes = 64 * 2 ** 20;
/** Lines of a short call that are looked at: `nvidia-smi -L` and `nvidia-smi nvlink` have a few thousand at most. */
const mostLines = 20_000;

/**
 * Work that makes calls of nvidia-smi one after the other. It may outlast the reading that began it: a process that hangs is waited
 * for, however long it takes, and what comes late is still used.
 */
export class Errand {
  /** Null when it was done. */
  readonly done: Promise<CollectorError | null>;
  #waits = true;
  #trouble: FailureReason | null = null;
  #alarm: () => void = () => undefined;
  readonly #alarmed = new Promise<void>((resolve) => (this.#alarm = resolve));
  readonly #gate: ProcessGate;
  readonly #silenceSeconds: number;
  readonly #stopping = new AbortController();

  constructor(gate: ProcessGate, silenceSeconds: number, work: (errand: Errand) => Promise<void>) {
    this.#gate = gate;
    this.#silenceSeconds = silenceSeconds;
    this.done = work(this).then(
      () => null,
      (error: unknown) => {
        if (error instanceof CollectorError) return error;
        throw error;
      },
    );
    // Whoever waits for it hears of it too.
    this.done.catch(() => undefined);
  }

  /**
   * @throws CollectorError `hung` when it fell silent and is gone, `unreadable` when it printed too much, `blocked` when it was given up
   *   before its turn came
   */
  async call(args: readonly string[], onText: (text: string) => void): Promise<Exit> {
    const limit = AbortSignal.timeout(1000 * longestCall);
    const flooded = new AbortController();
    let bytes = 0;
    this.#waits = true;
    const exit = await this.#gate.run(args, {
      onText: (text) => {
        bytes += Buffer.byteLength(text);
        if (bytes > mostBytes) flooded.abort();
        else onText(text);
        return true;
      },
      onStart: () => (this.#waits = false),
      onSilence: () => {
        this.#trouble = 'hung';
        this.#alarm();
      },
      onStuck: () => (this.#trouble = 'stuck'),
      silenceSeconds: this.#silenceSeconds,
      calmSeconds: null,
      signal: AbortSignal.any([this.#stopping.signal, limit, flooded.signal]),
    });
    if (exit === null) throw failure('blocked');
    if (flooded.signal.aborted)
      throw new CollectorError(
        'unreadable',
        `nvidia-smi ${args.join(' ')} printed more than ${mostBytes} bytes and was ended; run it by hand`,
      );
    if (exit.silent) throw failure('hung');
    return exit;
  }

  /** A short call. @returns the lines that it prints too. @throws CollectorError as {@link call} */
  async lines(args: readonly string[]): Promise<{ readonly exit: Exit; readonly lines: readonly string[] }> {
    const cutter = new LineCutter();
    const lines: string[] = [];
    const exit = await this.call(args, (text) => {
      for (const line of cutter.push(text)) if (lines.length < mostLines) lines.push(line);
    });
    lines.push(...cutter.flush());
    return { exit, lines };
  }

  /** @throws CollectorError why it did not succeed, or has not by now */
  async result(patienceSeconds: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const patience = sleep(1000 * patienceSeconds, undefined, { signal: AbortSignal.any([signal, over.signal]) });
    const outcome = await Promise.race([
      this.done,
      this.#alarmed.then(() => failure(this.#trouble ?? 'hung')),
      patience.then(
        () => failure(this.#waits ? 'blocked' : 'slow'),
        () => failure('slow'),
      ),
    ]).finally(() => {
      over.abort();
    });
    if (outcome === null) return;
    // What has no turn by now would come at an odd time.
    if (outcome.reason === 'blocked') this.stop();
    throw outcome;
  }

  get isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  stop(): void {
    this.#stopping.abort();
  }
}

function failure(reason: FailureReason): CollectorError {
  return new CollectorError(reason, messages.get(reason) ?? reason);
}

const messages: ReadonlyMap<FailureReason, string> = new Map([
  ['hung', 'nvidia-smi fell silent and is being ended'],
  ['stuck', stuckMessage],
  ['blocked', 'nvidia-smi was not asked, for another call of it does not answer'],
  ['slow', 'nvidia-smi has not said all within the time that a reading has; what comes late is still used'],
]);

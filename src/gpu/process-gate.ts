import type { ChildProcess } from 'node:child_process';
import type { Exit } from './exit.ts';
import { LineCutter } from './lines.ts';

/** Starts a program without shell, its input closed and both outputs piped. */
export type Spawn = (program: string, args: readonly string[]) => ChildProcess;

/** What the caller wants to hear of a call. */
export interface Watch {
  readonly onLine: (line: string) => void;
  /** Nothing was printed for `silenceSeconds`; the program is being ended. */
  readonly onSilence: () => void;
  /** It did not even end on SIGKILL: it waits inside the kernel, and nothing can be done but wait too. */
  readonly onStuck: () => void;
  readonly silenceSeconds: number;
  /** Ends the program when aborted. */
  readonly signal: AbortSignal;
}

/** How much of standard error is kept. */
const keptCharacters = 4096;
/** How long output may still come after the program ended. A grandchild that holds the pipe is not waited for longer. */
const drainSeconds = 1;

/**
 * The one way to nvidia-smi. At most one process at a time: a call returns only when its process is gone, however long that takes,
 * since a second one on top of one that hangs in the driver only makes it worse. A program that falls silent is ended by SIGTERM
 * first, then by SIGKILL: killing it within a driver call can itself harm the card (NVIDIA/dcgm-exporter#84).
 */
export class ProcessGate {
  readonly #spawn: Spawn;
  readonly #program: string;
  readonly #graceSeconds: number;
  #busy = false;

  constructor(spawn: Spawn, program: string, graceSeconds: number) {
    this.#spawn = spawn;
    this.#program = program;
    this.#graceSeconds = graceSeconds;
  }

  /** @throws Error when a call is still under way (a programmer's mistake). What goes wrong with the program is in the result. */
  async run(args: readonly string[], watch: Watch): Promise<Exit> {
    if (this.#busy) throw new Error(`${this.#program} is still running`);
    this.#busy = true;
    try {
      return await this.#run(args, watch);
    } finally {
      this.#busy = false;
    }
  }

  async #run(args: readonly string[], watch: Watch): Promise<Exit> {
    let child: ChildProcess;
    try {
      child = this.#spawn(this.#program, args);
    } catch (error) {
      return neverRan(errno(error));
    }
    let stderr = '';
    // Where no more files can be opened, a child has neither output.
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-keptCharacters)));
    const timers = new Set<NodeJS.Timeout>();
    const after = (seconds: number, act: () => void): NodeJS.Timeout => {
      const timer = setTimeout(act, 1000 * seconds);
      timers.add(timer);
      return timer;
    };
    let ending = false;
    let silent = false;
    const end = (): void => {
      if (ending) return;
      ending = true;
      child.kill('SIGTERM');
      after(this.#graceSeconds, () => child.kill('SIGKILL'));
      after(2 * this.#graceSeconds, watch.onStuck);
    };
    const silence = after(watch.silenceSeconds, () => {
      if (ending) return;
      silent = true;
      watch.onSilence();
      end();
    });
    const cutter = new LineCutter();
    const hear = (lines: readonly string[]): void => {
      for (const line of lines) if (!ending) watch.onLine(line);
    };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      silence.refresh();
      hear(cutter.push(text));
    });
    watch.signal.addEventListener('abort', end);
    if (watch.signal.aborted) end();
    const closed = new Promise<void>((resolve) => {
      child.once('close', () => {
        resolve();
      });
    });
    try {
      // An error after the start (a signal that could not be sent) does not end the wait: only the exit does.
      const error = await new Promise<string | null>((resolve) => {
        child.on('exit', () => {
          resolve(null);
        });
        child.on('error', (error) => {
          if (child.pid === undefined) resolve(errno(error));
        });
      });
      if (error !== null) return neverRan(error);
      await Promise.race([closed, new Promise<void>((resolve) => after(drainSeconds, resolve))]);
      hear(cutter.flush());
      return { error: null, code: child.exitCode, signal: child.signalCode, silent, stderr };
    } finally {
      watch.signal.removeEventListener('abort', end);
      for (const timer of timers) clearTimeout(timer);
      child.stdout?.destroy();
      child.stderr?.destroy();
    }
  }
}

function neverRan(error: string): Exit {
  return { error, code: null, signal: null, silent: false, stderr: '' };
}

function errno(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
}

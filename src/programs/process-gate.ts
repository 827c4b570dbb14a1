import type { ChildProcess } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Exit } from './exit.ts';
import { endWithUs, type Group, type Spawn } from './process-group.ts';

/** What the caller wants to hear of a call, and how long it may be quiet. */
export interface Watch {
  /** @returns whether it says anything: a program that prints without end and says nothing is as silent as one that hangs */
  readonly onText: (text: string) => boolean;
  /** It was let through and is started now. */
  readonly onStart?: () => void;
  /** Nothing was said for `silenceSeconds`; the program is being ended. */
  readonly onSilence: () => void;
  /** It did not even end on SIGKILL: it waits inside the kernel, and nothing can be done but wait too. */
  readonly onStuck: () => void;
  readonly silenceSeconds: number;
  /** For how long after it said something others may be started beside it; null: never. */
  readonly calmSeconds: number | null;
  /** Ends the program when aborted, or the wait for its turn. */
  readonly signal: AbortSignal;
}

/** How much of standard error is kept. */
const keptCharacters = 4096;
/** How long output may still come after the program ended; what it started and left behind is ended then. */
const drainSeconds = 1;
/** So often at most, while output does come: an event loop that is busy reads one piece of it in a turn, and a socket holds a few. */
const drainRounds = 5;
/** Between two looks whether what it left behind is gone. */
const lookSeconds = 0.1;

/** A process that was let through. Another is started beside it only while it is calm: it prints, and is not being ended. */
interface Running {
  calm: boolean;
  /** Its processes, once they are being ended. */
  ending: Group | null;
}

/**
 * The one way to a program that may hang in the kernel, as nvidia-smi in its driver. A long-lived call that keeps printing lets short ones run
 * beside it, one at a time; beside one that is quiet, being ended or stuck none is started, since a second one on top of one that hangs in
 * the driver only makes it worse. A call
 * returns only when its process group is gone, however long that takes. A process that left the group is not waited for, though it may
 * hold the pipe: programs leave it to become daemons, and a call would never end for one. A program that falls silent is ended by
 * SIGTERM first, then by SIGKILL: killing it within a driver call can itself harm the card (NVIDIA/dcgm-exporter#84).
 */
export class ProcessGate {
  readonly #spawn: Spawn;
  readonly #program: string;
  readonly #graceSeconds: number;
  readonly #groupOf: (leader: number) => Group;
  readonly #running = new Set<Running>();
  /** Calls that wait for their turn, the longest first. */
  readonly #waiting: ((turn: Running) => void)[] = [];

  /** @param graceSeconds between SIGTERM, SIGKILL and giving up */
  constructor(spawn: Spawn, program: string, graceSeconds: number, groupOf: (leader: number) => Group) {
    this.#spawn = spawn;
    this.#program = program;
    this.#graceSeconds = graceSeconds;
    this.#groupOf = groupOf;
  }

  /** How many calls are being ended and are not gone, for they wait inside the driver. */
  get uninterruptible(): number {
    return [...this.#running].filter(({ ending }) => ending?.waits === true).length;
  }

  /** @returns how the program ended, whatever went wrong with it; null when the signal was aborted before its turn came */
  async run(args: readonly string[], watch: Watch): Promise<Exit | null> {
    const turn = await this.#turn(watch.signal);
    if (turn === null) return null;
    try {
      watch.onStart?.();
      return await this.#run(args, watch, turn);
    } finally {
      this.#running.delete(turn);
      this.#admit();
    }
  }

  async #turn(signal: AbortSignal): Promise<Running | null> {
    if (signal.aborted) return null;
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        resolve(null);
      };
      const enter = (turn: Running): void => {
        signal.removeEventListener('abort', leave);
        resolve(turn);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(enter);
      this.#admit();
    });
  }

  /** Lets the next one through, if all that run are calm; it is not calm itself before it prints. */
  #admit(): void {
    if (![...this.#running].every(({ calm }) => calm)) return;
    const enter = this.#waiting.shift();
    if (enter === undefined) return;
    const turn: Running = { calm: false, ending: null };
    this.#running.add(turn);
    enter(turn);
  }

  async #run(args: readonly string[], watch: Watch, turn: Running): Promise<Exit> {
    let child: ChildProcess;
    try {
      child = this.#spawn(this.#program, args);
    } catch (error) {
      return neverRan(errno(error));
    }
    const group = child.pid === undefined ? null : this.#groupOf(child.pid);
    const release = group === null ? null : endWithUs(group);
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
    let pieces = 0;
    const end = (): void => {
      if (ending) return;
      ending = true;
      turn.calm = false;
      turn.ending = group;
      group?.signal('SIGTERM');
      after(this.#graceSeconds, () => group?.signal('SIGKILL'));
      after(2 * this.#graceSeconds, watch.onStuck);
    };
    const silence = after(watch.silenceSeconds, () => {
      if (ending) return;
      silent = true;
      watch.onSilence();
      end();
    });
    const { calmSeconds } = watch;
    const calm = calmSeconds === null ? null : after(calmSeconds, () => (turn.calm = false));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      pieces += 1;
      // Of a program that prints fast as many as 32 pieces would come in one turn of the event loop, and nobody else would have his.
      child.stdout?.pause();
      setImmediate(() => child.stdout?.resume());
      if (ending || !watch.onText(text)) return;
      silence.refresh();
      if (calm === null) return;
      calm.refresh();
      turn.calm = true;
      this.#admit();
    });
    watch.signal.addEventListener('abort', end);
    if (watch.signal.aborted) end();
    const closed = new Promise<true>((resolve) => {
      child.once('close', () => {
        resolve(true);
      });
    });
    try {
      // An error after the start does not end the wait: only the exit does.
      const error = await new Promise<string | null>((resolve) => {
        child.on('exit', () => {
          resolve(null);
        });
        child.on('error', (error) => {
          if (child.pid === undefined) resolve(errno(error));
        });
      });
      if (error !== null) return neverRan(error);
      const pause = (seconds: number): Promise<void> =>
        new Promise((resolve) => {
          after(seconds, resolve);
        });
      for (let round = 0, before = -1; round < drainRounds && pieces !== before; round += 1) {
        before = pieces;
        // In a turn that is late the timer comes before what is there to be read.
        if (await Promise.race([closed, pause(drainSeconds).then(() => nextTurn(false))])) break;
      }
      if (group?.lives === true) end();
      while (group?.lives === true) await pause(lookSeconds);
      return { error: null, code: child.exitCode, signal: child.signalCode, silent, stderr };
    } finally {
      watch.signal.removeEventListener('abort', end);
      for (const timer of timers) clearTimeout(timer);
      release?.();
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

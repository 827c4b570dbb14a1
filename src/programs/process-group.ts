import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Starts a program without shell, its input closed and both outputs piped, as the leader of a process group of its own. */
export type Spawn = (program: string, args: readonly string[]) => ChildProcess;

/** Sends a signal, to a group by its number below zero; 0 only asks. @throws Error `ESRCH` when there is nobody */
export type Kill = (pid: number, signal: NodeJS.Signals | 0) => unknown;

/** A session of its own too: what a terminal sends to the exporter (Ctrl-C) does not reach it. */
export const startLeader = (
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): ChildProcess => spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment });

/** What the gate does with a program and all that it starts. */
export interface Group {
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Whether any of its processes is there; to be asked when its leader has ended. */
  readonly lives: boolean;
  /** Whether one of them waits for a device inside the kernel, where no signal reaches it: state `D` of proc_pid_stat(5). */
  readonly waits: boolean;
}

/** States of a process that has ended, and nobody has heard of it yet. */
const ended = /^[ZXx]$/;

/**
 * A program and the processes that it started: nvidia-smi may be a script that runs the real one in a container or with another root,
 * and a signal to the script alone would leave that behind.
 */
export class ProcessGroup implements Group {
  readonly #leader: number;
  readonly #procRoot: string;
  readonly #kill: Kill;
  /** As they were last looked for: to look through all processes of a machine takes long. */
  #members: readonly number[] = [];

  /** @param procRoot where the kernel tells of our own processes */
  constructor(leader: number, procRoot: string, kill: Kill) {
    this.#leader = leader;
    this.#procRoot = procRoot;
    this.#kill = kill;
  }

  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#sends(signal);
  }

  get lives(): boolean {
    if (!this.#sends(0)) return false;
    // Where the exporter is the first process of a container, nobody takes notice of the end of what was orphaned: those are no longer
    // there, though signals find them. Where the kernel shows none, what a signal says holds: the last may have gone meanwhile.
    const states = this.#states();
    return states.length === 0 ? this.#sends(0) : states.some((state) => !ended.test(state));
  }

  get waits(): boolean {
    return this.#states().includes('D');
  }

  /** @returns whether there is any to receive it; one that may not be signalled is there */
  #sends(signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
    try {
      this.#kill(-this.#leader, signal);
      return true;
    } catch (error) {
      return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
    }
  }

  #states(): readonly string[] {
    const known = this.#statesOf(this.#members);
    if (known.some(([, state]) => !ended.test(state))) return known.map(([, state]) => state);
    const found = this.#statesOf(processes(this.#procRoot));
    this.#members = found.map(([pid]) => pid);
    return found.map(([, state]) => state);
  }

  /** Of those that are of this group. */
  #statesOf(pids: readonly number[]): readonly (readonly [pid: number, state: string])[] {
    return pids.flatMap((pid) => {
      const { state, group } = readStat(this.#procRoot, pid) ?? {};
      return state !== undefined && group === this.#leader ? [[pid, state] as const] : [];
    });
  }
}

function processes(procRoot: string): readonly number[] {
  try {
    return readdirSync(procRoot).map(Number).filter(Number.isInteger);
  } catch {
    // This system has no such files.
    return [];
  }
}

/** The name of the program stands in parentheses before the state, and may have any character in it. */
function readStat(procRoot: string, pid: number): { readonly state: string; readonly group: number } | null {
  try {
    const stat = readFileSync(join(procRoot, String(pid), 'stat'), 'utf8');
    const [, state, group] = /^\) (\S) \d+ (\d+)/.exec(stat.slice(stat.lastIndexOf(') '))) ?? [];
    return state === undefined ? null : { state, group: Number(group) };
  } catch {
    // It has ended.
    return null;
  }
}

/** Those that end with this process. */
const bound = new Set<Group>();

function endBound(): void {
  for (const group of bound) group.signal('SIGKILL');
}

/**
 * Ends a group with this process in whatever way that ends, but for a signal that leaves it no moment: a program that prints then ends
 * by SIGPIPE. SIGKILL, for there is no time left to find out what becomes of a SIGTERM.
 * @returns to be called when the group is gone, and its number may become that of others
 */
export function endWithUs(group: Group): () => void {
  if (bound.size === 0) process.on('exit', endBound);
  bound.add(group);
  return () => {
    bound.delete(group);
    if (bound.size === 0) process.off('exit', endBound);
  };
}

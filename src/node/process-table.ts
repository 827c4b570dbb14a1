import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CollectorError } from '../collect/index.ts';
import { readKernelFile } from './kernel-file.ts';
import { parseProcessStat } from './process-files.ts';

interface Entry {
  readonly parent: number;
  readonly startTicks: number;
}

/** More than any machine runs; what is beyond is not looked at. */
const maxProcesses = 100_000;
/** Reads between two turns of the event loop: about a millisecond. */
const readsPerTurn = 50;
/** A pid that is used again between two refreshes is noticed when all are read anew, after so many. */
const refreshesPerFullRead = 20;

/**
 * Who is whose child, and who started when. A machine with hundreds of cores has thousands of processes, nearly all of which stay:
 * a refresh lists them all and reads only those that are new.
 */
export class ProcessTable {
  readonly #procRoot: string;
  #entries = new Map<number, Entry>();
  #refreshes = 0;

  constructor(procRoot: string) {
    this.#procRoot = procRoot;
  }

  /** @throws CollectorError `unreadable` */
  async refresh(): Promise<void> {
    const full = this.#refreshes % refreshesPerFullRead === 0;
    this.#refreshes += 1;
    const entries = new Map<number, Entry>();
    let reads = 0;
    for (const pid of this.#list()) {
      let entry = full ? undefined : this.#entries.get(pid);
      if (entry === undefined) {
        reads += 1;
        if (reads % readsPerTurn === 0) await nextTurn();
        const file = readKernelFile(join(this.#procRoot, String(pid), 'stat'));
        entry = ('text' in file ? parseProcessStat(file.text) : null) ?? undefined;
      }
      if (entry !== undefined) entries.set(pid, { parent: entry.parent, startTicks: entry.startTicks });
    }
    this.#entries = entries;
  }

  startOf(pid: number): number | undefined {
    return this.#entries.get(pid)?.startTicks;
  }

  /** The processes that started in that tick. */
  startedAt(startTicks: number): readonly number[] {
    return [...this.#entries].flatMap(([pid, entry]) => (entry.startTicks === startTicks ? [pid] : []));
  }

  /** The children of each process that has some. */
  children(): ReadonlyMap<number, readonly number[]> {
    const children = new Map<number, number[]>();
    for (const [pid, { parent }] of this.#entries) {
      const siblings = children.get(parent);
      if (siblings === undefined) children.set(parent, [pid]);
      else siblings.push(pid);
    }
    return children;
  }

  /** It is another process now than the one of this table: read it anew at the next refresh. */
  forget(pid: number): void {
    this.#entries.delete(pid);
  }

  #list(): readonly number[] {
    try {
      return readdirSync(this.#procRoot)
        .filter((name) => /^[1-9]\d{0,9}$/.test(name))
        .slice(0, maxProcesses)
        .map(Number);
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      throw new CollectorError('unreadable', `cannot list ${this.#procRoot}: ${code}`, { cause: error });
    }
  }
}

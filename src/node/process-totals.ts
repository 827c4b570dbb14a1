import type { ProcessUsage } from './process-usage.ts';

/** Counters of a group of processes, in which those that ended are still contained. */
export interface Totals {
  readonly cpuSeconds: number;
  /** Null until the kernel lets us look. */
  readonly readBytes: number | null;
  readonly writtenBytes: number | null;
}

/**
 * Adds up what the processes of a rank do from when it was first seen. What they had done before does not count: an exporter that
 * starts again would come back with less than it had shown, and a counter that fell reads as one that began anew and reached all that at
 * once. A process that comes later counts from its beginning.
 */
export class ProcessTotals {
  #totals: Totals = { cpuSeconds: 0, readBytes: null, writtenBytes: null };
  /** Of the processes that are there, by pid and start. */
  #last: ReadonlyMap<string, ProcessUsage> | null = null;

  /** Takes the processes as they are now. */
  update(processes: readonly ProcessUsage[]): Totals {
    const last = this.#last;
    const now = new Map(processes.map((usage) => [`${usage.pid} ${usage.startTicks}`, usage]));
    let { cpuSeconds, readBytes, writtenBytes } = this.#totals;
    for (const [key, usage] of now) {
      const before = last === null ? usage : last.get(key);
      cpuSeconds += rise(before?.cpuSeconds, usage.cpuSeconds);
      if (usage.io === null) continue;
      // A process that could not be looked into before counts from now on.
      const io = before === undefined ? undefined : (before.io ?? usage.io);
      readBytes = (readBytes ?? 0) + rise(io?.readBytes, usage.io.readBytes);
      writtenBytes = (writtenBytes ?? 0) + rise(io?.writtenBytes, usage.io.writtenBytes);
    }
    this.#last = now;
    this.#totals = { cpuSeconds, readBytes, writtenBytes };
    return this.#totals;
  }
}

function rise(from: number | undefined, to: number): number {
  return Math.max(0, to - (from ?? 0));
}

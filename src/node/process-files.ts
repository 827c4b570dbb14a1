import { ticksPerSecond } from './proc-stat.ts';

/** Of `/proc/<pid>/stat`. */
export interface ProcessStat {
  /** One letter: `R` runs, `S` sleeps, `D` waits for a device and cannot be interrupted, `Z` has ended. */
  readonly state: string;
  readonly parent: number;
  /** Time on CPUs in user and kernel mode, of all its threads; that of children that ended is not in it. */
  readonly cpuSeconds: number;
  /** When it started, in clock ticks after boot. With the pid it names a process for as long as the machine runs. */
  readonly startTicks: number;
}

/** Reads `/proc/<pid>/stat`, see proc_pid_stat(5); null where the text has not its form. */
export function parseProcessStat(text: string): ProcessStat | null {
  // The second field is the program's name in parentheses, and may have any character in it, `)` too.
  const nameEnd = text.lastIndexOf(') ');
  if (nameEnd < 0) return null;
  const fields = text.slice(nameEnd + 2).split(' ', 20);
  const number = (field: number) => count(fields[field - 3]);
  const [state = '', parent, user, system, startTicks] = [fields[0], number(4), number(14), number(15), number(22)];
  if (!/^[A-Za-z]$/.test(state) || parent === null || user === null || system === null || startTicks === null)
    return null;
  return { state, parent, cpuSeconds: (user + system) / ticksPerSecond, startTicks };
}

/** Of `/proc/<pid>/status`; null what this kernel, or this kind of process, does not have there. */
export interface ProcessStatus {
  /** Its pid in each namespace that it is in, from that of this proc file system to its own. Empty before Linux 4.1. */
  readonly namespacePids: readonly number[];
  readonly threads: number | null;
  readonly residentBytes: number | null;
  /** Of the resident memory that which no file stands behind: heap and stacks, and not shared memory. */
  readonly anonymousBytes: number | null;
  /** Places in its table of open files. */
  readonly fileSlots: number | null;
}

/**
 * Reads `/proc/<pid>/status`, see proc_pid_status(5). Taken for memory instead of `statm`, whose unit is the size of a page, which is
 * not 4 KiB on every machine and which nothing tells us.
 */
export function parseProcessStatus(text: string): ProcessStatus {
  const line = (name: string) => new RegExp(`^${name}:\\s*(.{0,400})$`, 'm').exec(text)?.[1]?.trim();
  const bytes = (name: string) => {
    const kibibytes = count(/^(\d+) kB$/.exec(line(name) ?? '')?.[1]);
    return kibibytes === null ? null : kibibytes * 1024;
  };
  const pids = (line('NSpid') ?? '').split(/\s+/).map(count);
  return {
    namespacePids: pids.some((pid) => pid === null) ? [] : (pids as number[]),
    threads: count(line('Threads')),
    residentBytes: bytes('VmRSS'),
    anonymousBytes: bytes('RssAnon'),
    fileSlots: count(line('FDSize')),
  };
}

/** Of `/proc/<pid>/io`: what the process made storage devices do, page cache left out. */
export interface ProcessIo {
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Reads `/proc/<pid>/io`, see proc_pid_io(5); null where the text has not its form. */
export function parseProcessIo(text: string): ProcessIo | null {
  const readBytes = count(/^read_bytes: (\d+)$/m.exec(text)?.[1]);
  const writtenBytes = count(/^write_bytes: (\d+)$/m.exec(text)?.[1]);
  return readBytes === null || writtenBytes === null ? null : { readBytes, writtenBytes };
}

function count(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : null;
}

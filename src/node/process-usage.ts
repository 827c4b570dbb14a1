import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readKernelFile } from './kernel-file.ts';
import {
  parseProcessIo,
  parseProcessStat,
  parseProcessStatus,
  type ProcessIo,
  type ProcessStat,
  type ProcessStatus,
} from './process-files.ts';

/** What a process uses now, and has used since it began. */
export interface ProcessUsage extends ProcessStat, Omit<ProcessStatus, 'namespacePids' | 'fileSlots'> {
  readonly pid: number;
  /** Null where the kernel does not let us look: it takes the same user and no less rights, or CAP_SYS_PTRACE. */
  readonly io: ProcessIo | null;
  /** Null likewise, or where there are too many to be counted one by one. */
  readonly openFiles: number | null;
}

/** Null when the process is gone. */
export function readProcessUsage(procRoot: string, pid: number): ProcessUsage | null {
  const folder = join(procRoot, String(pid));
  const text = (name: string) => {
    const file = readKernelFile(join(folder, name));
    return 'text' in file ? file.text : null;
  };
  const stat = parseProcessStat(text('stat') ?? '');
  const status = text('status');
  if (stat === null || status === null) return null;
  const { threads, residentBytes, anonymousBytes, fileSlots } = parseProcessStatus(status);
  return {
    ...stat,
    pid,
    threads,
    residentBytes,
    anonymousBytes,
    io: parseProcessIo(text('io') ?? ''),
    openFiles: countOpenFiles(join(folder, 'fd'), fileSlots),
  };
}

/** To list so many names takes some milliseconds. */
const maxListedFiles = 10_000;

/** Since Linux 6.2 the size of the folder is the number of open files; before, they are counted. */
function countOpenFiles(folder: string, slots: number | null): number | null {
  try {
    const { size } = statSync(folder);
    if (size > 0) return size;
    return slots === null || slots > maxListedFiles ? null : readdirSync(folder).length;
  } catch {
    return null;
  }
}

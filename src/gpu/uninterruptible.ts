import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether a process waits for a device inside the kernel, where no signal reaches it: state `D` of proc_pid_stat(5). The name of
 * its program stands in parentheses before that, and may have any character in it.
 */
export function isUninterruptible(procRoot: string, pid: number): boolean {
  try {
    const stat = readFileSync(join(procRoot, String(pid), 'stat'), 'utf8');
    return /^\) D /.test(stat.slice(stat.lastIndexOf(') ')));
  } catch {
    // It has ended, or this system has no such files.
    return false;
  }
}

import { existsSync } from 'node:fs';
import { type CollectorContext, SourceAbsent } from '../collect/index.ts';
import { insideContainer } from './container.ts';
import { inMountsOfNode, showsFirstProcess } from './namespaces.ts';
import { readProc } from './proc.ts';

/**
 * The mounts of the node: those of its first process, for a service may have a list of its own in which more is read-only. In a
 * container their paths lie below where the node's root is mounted.
 * @throws CollectorError `unreadable` @throws SourceAbsent `container`
 */
export function readMounts({ procRoot, hostRoot }: CollectorContext): string {
  const firstIsNodes = procRoot !== '/proc' || showsFirstProcess(procRoot);
  if (hostRoot !== '/' && firstIsNodes) return readProc(procRoot, '1/mountinfo');
  if (inMountsOfNode(procRoot)) return readProc(procRoot, '1/mountinfo');
  const own = readProc(procRoot, 'self/mountinfo');
  if (insideContainer(process.env, existsSync, () => own))
    throw new SourceAbsent(
      'container',
      "it would show the file systems of the container; mount the node's /proc and / and set system.proc and system.root",
    );
  return firstIsNodes ? (mountsOfFirst(procRoot) ?? own) : own;
}

/** Null where the proc file system hides the processes of others (`hidepid`). */
function mountsOfFirst(procRoot: string): string | null {
  try {
    return readProc(procRoot, '1/mountinfo');
  } catch {
    return null;
  }
}

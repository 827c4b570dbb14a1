import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readKernelFile } from './kernel-file.ts';

/**
 * Whether this process is in the network namespace that the machine began with, as a pod with `hostNetwork: true` is. The kernel shows
 * settings that are the machine's, such as this one, in no other network namespace, whoever asks.
 * https://github.com/torvalds/linux/blob/v6.12/net/core/sysctl_net_core.c (net_core_table, registered for init_net alone)
 */
export function inNetworkOfNode(procRoot: string): boolean {
  return existsSync(join(procRoot, 'sys/net/core/netdev_max_backlog'));
}

/** The same on every machine: https://github.com/torvalds/linux/blob/v6.12/include/linux/proc_ns.h (PROC_PID_INIT_INO). */
const firstProcesses = 'pid:[4026531836]';

/** Whether process 1 in this proc file system is the first of the machine, not that of a container. */
export function showsFirstProcess(procRoot: string): boolean {
  try {
    return readlinkSync(join(procRoot, 'self/ns/pid')) === firstProcesses;
  } catch {
    return false;
  }
}

/** Whether this process sees the mounts of the machine's first process: each mount has a number of its own in every namespace. */
export function inMountsOfNode(procRoot: string): boolean {
  if (!showsFirstProcess(procRoot)) return false;
  const [own, first] = ['self', '1'].map((process) => {
    const file = readKernelFile(join(procRoot, process, 'mountinfo'));
    return 'text' in file ? rootMount(file.text) : null;
  });
  return own !== null && own === first;
}

/** The number of the mount at `/`. */
function rootMount(mountinfo: string): string | null {
  return /^(\d+) \d+ \S+ \S+ \/ /m.exec(mountinfo)?.[1] ?? null;
}

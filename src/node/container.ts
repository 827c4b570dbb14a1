import { existsSync } from 'node:fs';
import { readKernelFile } from './kernel-file.ts';

/** Marks that Docker, Podman and CRI-O leave in the root of a container. */
const marks = ['/.dockerenv', '/run/.containerenv'];

/** The root of containers, also of those without a mark. On a machine it is one only where the system was started from an image. */
const layeredRoot = /^\S+ \S+ \S+ \S+ \/ .* - (?:overlay|aufs|fuse\.fuse-overlayfs) /m;

/**
 * Whether this process sees the files of a container image instead of those of the node.
 * @param mountinfo the mounts of this process
 */
export function insideContainer(
  environment: NodeJS.ProcessEnv = process.env,
  exists: (path: string) => boolean = existsSync,
  mountinfo: () => string = ownMounts,
): boolean {
  return environment['KUBERNETES_SERVICE_HOST'] !== undefined || marks.some(exists) || layeredRoot.test(mountinfo());
}

/** Empty on other systems than Linux. */
function ownMounts(): string {
  const file = readKernelFile('/proc/self/mountinfo');
  return 'text' in file ? file.text : '';
}

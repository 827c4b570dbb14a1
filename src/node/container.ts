import { existsSync } from 'node:fs';

/** Marks that Docker, Podman and CRI-O leave in the root of a container. */
const marks = ['/.dockerenv', '/run/.containerenv'];

/** Whether this process sees the files of a container image instead of those of the node. */
export function insideContainer(
  environment: NodeJS.ProcessEnv = process.env,
  exists: (path: string) => boolean = existsSync,
): boolean {
  return environment['KUBERNETES_SERVICE_HOST'] !== undefined || marks.some(exists);
}

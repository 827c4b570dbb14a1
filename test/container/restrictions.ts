import { spawnSync } from 'node:child_process';

/** A folder as root file system, and what is mounted into it. */
export interface Restricted {
  readonly root: string;
  /** Folders of the host by their places inside; writable. */
  readonly writable: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workdir: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * A command line that runs a program as a container with `--read-only --cap-drop ALL --security-opt no-new-privileges` does: in a
 * mount namespace of its own, its root mounted read-only, as an unprivileged user that can gain nothing, with no environment but the
 * image's. Needs root; see {@link canRestrict}.
 */
export function restricted({ root, writable, user, environment }: Restricted, command: readonly string[]): string[] {
  const mounts = [
    `mount --bind ${root} ${root}`,
    `mount -o remount,bind,ro ${root}`,
    `mount --rbind /proc ${root}/proc`,
    ...['null', 'zero', 'urandom'].map((device) => `mount --bind /dev/${device} ${root}/dev/${device}`),
    ...Object.entries(writable).map(([inside, outside]) => `mount --bind ${outside} ${root}${inside}`),
  ];
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  // The path is what a container runtime sets where the image says nothing.
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return [
    'unshare',
    '--mount',
    'sh',
    '-ec',
    `${mounts.join('\n')}\nexec env -i ${[path, ...variables].join(' ')} "$@"`,
    'sh',
    ...['setpriv', '--no-new-privs', '--inh-caps=-all', 'chroot', `--userspec=${user}`, '--groups=', root, ...command],
  ];
}

/** Whether this machine lets us make such a root; else says in one line why not. */
export function canRestrict(): boolean {
  const probe = 'mount -t tmpfs none /mnt && mount -o remount,bind,ro /mnt && chroot --userspec=65532:65532 / true';
  const tried = spawnSync('unshare', ['--mount', 'sh', '-c', probe], { encoding: 'utf8' });
  if (tried.status === 0) return true;
  const why = tried.error?.message ?? tried.stderr.trim();
  console.warn(`skipped: the image's files as user 65532 with a read-only root (needs root and mount: ${why})`);
  return false;
}

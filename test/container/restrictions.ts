import { spawnSync } from 'node:child_process';

/** A folder as root file system, and what is mounted into it. */
export interface Restricted {
  readonly root: string;
  /** Folders of the host by their places inside; writable. */
  readonly writable: Readonly<Record<string, string>>;
  readonly user: string;
  /** An empty folder, and one over which the root is laid: as container runtimes have it, in namespaces of processes and network of its own. */
  readonly pod?: { readonly empty: string; readonly layered: string };
}

/**
 * A command line that runs a program as a container with `--read-only --cap-drop ALL --security-opt no-new-privileges` does: in a
 * mount namespace of its own, its root mounted read-only, as an unprivileged user that can gain nothing, with no environment at all.
 * Needs root; see {@link canRestrict}.
 */
export function restricted({ root: files, writable, user, pod }: Restricted, command: readonly string[]): string[] {
  const root = pod?.layered ?? files;
  const mounts = [
    pod === undefined
      ? `mount --bind ${files} ${root}\nmount -o remount,bind,ro ${root}`
      : `mount -t overlay -o ro,lowerdir=${files}:${pod.empty} overlay ${root}`,
    pod === undefined ? `mount --rbind /proc ${root}/proc` : `mount -t proc proc ${root}/proc`,
    ...(pod === undefined ? [] : [`mount -t sysfs -o ro sysfs ${root}/sys`]),
    ...['null', 'zero', 'urandom'].map((device) => `mount --bind /dev/${device} ${root}/dev/${device}`),
    ...Object.entries(writable).map(([inside, outside]) => `mount --bind ${outside} ${root}${inside}`),
  ];
  const run = `env -i "$setpriv" --no-new-privs --inh-caps=-all "$chroot" --userspec=${user} --groups= ${root} "$@"`;
  return [
    'unshare',
    ...['--mount', ...(pod === undefined ? [] : ['--pid', '--fork', '--kill-child', '--net'])],
    'sh',
    '-ec',
    // By their full paths, for there is no search path afterwards. The kernel forgets to kill a child with its parent when it changes its
    // user: so the shell stays, and takes all of the namespace with it.
    `${mounts.join('\n')}\nsetpriv=$(command -v setpriv) chroot=$(command -v chroot)
${pod === undefined ? `exec ${run}` : `${run}\nexit`}`,
    'sh',
    ...command,
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

/** A file system where it is mounted. */
export interface Mount {
  /** Major and minor number: the same wherever the same file system is mounted again. */
  readonly id: string;
  readonly device: string;
  readonly mountpoint: string;
  readonly type: string;
  readonly readOnly: boolean;
}

/**
 * Made by the kernel of something else than stored files, or layers over another file system that is told itself. tmpfs is kept:
 * training exchanges its batches through one.
 */
const notStored =
  /^(?:autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|efivarfs|erofs|fuse\.gvfsd-fuse|fuse\.lxcfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|aufs|proc|pstore|ramfs|rootfs|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$/;

/** What containers and pods mount comes and goes with them; what is below /dev is the kernel's but for the shared memory. */
const notTheNodes =
  /^\/(?:proc|sys|dev(?!\/shm$)|run\/(?:credentials|containerd|crio|netns|user)|var\/lib\/(?:docker|containerd|containers|kubelet\/(?:pods|plugins)))(?:\/|$)/;

/**
 * The file systems of a `mountinfo`, each once, where it is mounted first. A line of another form is left out.
 * https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 */
export function parseMountinfo(text: string): readonly Mount[] {
  const mounts = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [left = '', right = ''] = line.split(' - ', 2);
    const [, , id, , mountpoint, options] = left.split(' ', 6);
    const [type, device, superOptions] = right.split(' ', 3);
    if (id === undefined || mountpoint === undefined || options === undefined) continue;
    if (type === undefined || device === undefined || superOptions === undefined) continue;
    const path = unescape(mountpoint);
    if (notStored.test(type) || notTheNodes.test(path) || mounts.has(id)) continue;
    const readOnly = [options, superOptions].some((list) => list.split(',').includes('ro'));
    mounts.set(id, { id, device: unescape(device), mountpoint: path, type, readOnly });
  }
  return [...mounts.values()];
}

/** Blanks, line ends and backslashes in names are written as octal numbers. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

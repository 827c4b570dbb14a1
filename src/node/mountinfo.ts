/** A file system where it is mounted. */
export interface Mount {
  /** Major and minor number: the same wherever the same file system is mounted again. */
  readonly id: string;
  readonly device: string;
  readonly mountpoint: string;
  readonly type: string;
  readonly readOnly: boolean;
  /** The server of a network file system, which answers for all of its mounts or for none; null of others. */
  readonly server: string | null;
}

/**
 * Made by the kernel of something else than stored files, or layers over another file system that is told itself. tmpfs is kept:
 * training exchanges its batches through one.
 */
const notStored =
  /^(?:autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|efivarfs|erofs|fuse\.gvfsd-fuse|fuse\.lxcfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|aufs|proc|pstore|ramfs|rootfs|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$/;

/** Those whose answer comes from another machine, or from a process (FUSE) that may ask one. */
const remote =
  /^(?:9p|afs|beegfs|ceph|cifs|fuse(?:\..+)?|gfs2|glusterfs|gpfs|lustre|nfs4?|ocfs2|orangefs|panfs|pvfs2|smb3|smbfs|virtiofs|wekafs)$/;

/** What containers and pods mount comes and goes with them; what is below /dev is the kernel's but for the shared memory. */
const notTheNodes =
  /^\/(?:proc|sys|dev(?!\/shm$)|run\/(?:credentials|containerd|crio|netns|user)|var\/lib\/(?:docker|containerd|containers|kubelet\/(?:pods|plugins)))(?:\/|$)/;

/**
 * The file systems of a `mountinfo`, each once, where it is mounted first and seen: a later mount hides one at the same place. A line
 * of another form is left out.
 * https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 */
export function parseMountinfo(text: string): readonly Mount[] {
  const places = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [left = '', right = ''] = line.split(' - ', 2);
    const [, , id, , mountpoint, options] = left.split(' ', 6);
    const [type, source, superOptions] = right.split(' ', 3);
    if (id === undefined || mountpoint === undefined || options === undefined) continue;
    if (type === undefined || source === undefined || superOptions === undefined) continue;
    const path = unescape(mountpoint);
    const device = unescape(source);
    const readOnly = [options, superOptions].some((list) => list.split(',').includes('ro'));
    places.delete(path);
    places.set(path, { id, device, mountpoint: path, type, readOnly, server: serverOf(type, device) });
  }
  const shown = new Map<string, Mount>();
  for (const mount of places.values()) {
    if (notStored.test(mount.type) || notTheNodes.test(mount.mountpoint) || shown.has(mount.id)) continue;
    shown.set(mount.id, mount);
  }
  return [...shown.values()];
}

/** `server` of `server:/export`, `//server/share`; the whole name where it has another form. */
function serverOf(type: string, device: string): string | null {
  if (!remote.test(type)) return null;
  return /^(.+?):\//.exec(device)?.[1] ?? /^\/\/([^/]+)/.exec(device)?.[1] ?? device;
}

/** Blanks, line ends and backslashes in names are written as octal numbers. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

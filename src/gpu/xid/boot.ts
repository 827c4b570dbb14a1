import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The boot that the kernel's log is of. */
export interface Boot {
  /** Another one after every boot; empty where it cannot be read. Manual page: random(4). */
  readonly id: string;
  /** Unix time in seconds; null where it cannot be read. Manual page: proc_stat(5), btime. */
  readonly time: number | null;
}

export function readBoot(procRoot: string): Boot {
  const time = /^btime (\d{1,12})$/m.exec(textOf(join(procRoot, 'stat')))?.[1];
  return {
    id: textOf(join(procRoot, 'sys/kernel/random/boot_id')).trim(),
    time: time === undefined ? null : Number(time),
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

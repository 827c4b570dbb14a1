import { stat, statfs } from 'node:fs/promises';

/** Of one file system, in bytes and files. */
export interface Usage {
  readonly size: number;
  readonly free: number;
  readonly available: number;
  readonly files: number;
  readonly filesFree: number;
  /** Major and minor number, as {@link Mount.id}. */
  readonly id: string;
}

export type AskUsage = (path: string) => Promise<Usage>;

export type UsageFailure = 'no_answer' | 'not_permitted' | 'error';

/** What was asked, or why there is no answer. Never rejects. */
export async function usageWithin(seconds: number, asked: Promise<Usage>): Promise<Usage | UsageFailure> {
  const answered = asked.catch((error: unknown): UsageFailure => {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? 'not_permitted' : 'error';
  });
  let cancel!: () => void;
  const late = new Promise<UsageFailure>((resolve) => {
    const timer = setTimeout(resolve, 1000 * seconds, 'no_answer');
    cancel = () => {
      clearTimeout(timer);
    };
  });
  return Promise.race([answered, late]).finally(cancel);
}

/** Also asks which file system is at the path: where the node's root is mounted, what it mounted later may not have followed. */
export async function askUsage(path: string): Promise<Usage> {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
  const { dev } = await stat(path);
  return {
    size: blocks * bsize,
    free: bfree * bsize,
    available: bavail * bsize,
    files,
    filesFree: ffree,
    id: deviceId(dev),
  };
}

/** Twelve bits of major and twenty of minor number, as Linux lays them in `st_dev`: see makedev(3). */
export function deviceId(dev: number): string {
  return `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
}

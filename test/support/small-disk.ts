import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own with little room. */
export class SmallDisk {
  readonly path: string;
  readonly #filler: string;

  /** @throws Error when the machine lets nobody mount */
  constructor(path: string, kilobytes: number) {
    mkdirSync(path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path], { stdio: 'ignore' });
    this.path = path;
    this.#filler = join(path, 'filler');
  }

  /** Takes all the room that is left. */
  fill(): void {
    try {
      for (;;) writeFileSync(this.#filler, Buffer.alloc(4096), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  /** Makes room again. */
  readonly clear = (): void => {
    rmSync(this.#filler);
  };

  readonly remove = (): void => {
    execFileSync('umount', ['--lazy', this.path]);
  };
}

/** Whether there can be such a disk. Where there cannot, one line says what is skipped. */
export function canMount(skipped: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'gradwatch-mount-'));
  try {
    new SmallDisk(join(folder, 'probe'), 64).remove();
    return true;
  } catch {
    process.stderr.write(`skipped: ${skipped} (no file system can be mounted here)\n`);
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { lstatSync } from 'node:fs';
import { mkdir, open, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { clearStaleSocket, ListenError, maxSocketPath } from '../listen/index.ts';
import { DirectoryHeldError } from './failure.ts';
import { maxBytes } from './format.ts';

/**
 * The directory that an exporter keeps its state in: one file, and while it runs a lock.
 *
 * The lock is a Unix socket on which the exporter listens. Unlike a file with a process id it ends with its process however that ends,
 * and it is seen from another container that mounts the same directory, where process ids mean nothing.
 */
export class StateDirectory {
  readonly path: string;
  readonly #file: string;
  readonly #lockPath: string;
  #lock: { readonly server: Server; readonly inode: number } | null = null;

  constructor(path: string) {
    this.path = path;
    this.#file = join(path, 'snapshot.jsonl');
    this.#lockPath = join(path, 'lock');
  }

  /** Makes the directory where it is not there. @throws errors of the file system */
  async create(): Promise<void> {
    await makeDirectory(this.path);
  }

  /**
   * Makes sure that no other exporter uses the directory.
   * @throws DirectoryHeldError when one does
   * @throws errors of the file system when the directory cannot be used
   */
  async hold(): Promise<void> {
    if (this.#lock !== null) {
      const inode = inodeOf(this.#lockPath);
      if (inode === this.#lock.inode) return;
      if (inode !== undefined) throw this.#held();
      // Somebody removed it, perhaps with the whole directory.
      await this.release();
    }
    await stat(this.path);
    if (Buffer.byteLength(this.#lockPath) > maxSocketPath) {
      const limit = maxSocketPath - '/lock'.length;
      throw new DirectoryHeldError(this.path, `its path is longer than ${limit} bytes, choose a shorter one`);
    }
    try {
      await clearStaleSocket('state.directory', this.#lockPath);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      throw error.cause instanceof Error ? error.cause : this.#held();
    }
    const server = await this.#listen();
    this.#lock = { server, inode: inodeOf(this.#lockPath) ?? NaN };
  }

  /** The last snapshot, at most one byte more than a snapshot can have; null where there is none. @throws errors of the file system */
  async read(): Promise<Buffer | null> {
    let handle: FileHandle;
    try {
      handle = await open(this.#file, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of handle.createReadStream({ end: maxBytes })) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    } finally {
      await handle.close();
    }
  }

  /** Begins a new snapshot beside the last one. @throws DirectoryHeldError, and errors of the file system */
  async draft(): Promise<Draft> {
    await this.hold();
    const path = `${this.#file}.tmp`;
    return new Draft(await open(path, 'w', 0o600), path, this.#file, this.path);
  }

  /** Lets other exporters have the directory. */
  async release(): Promise<void> {
    const lock = this.#lock;
    this.#lock = null;
    if (lock === null) return;
    const inode = inodeOf(this.#lockPath);
    // Node removes the path that a closed server listened on, and by now that may be the lock of another.
    if (inode !== undefined && inode !== lock.inode) return;
    await new Promise((resolve) => lock.server.close(resolve));
  }

  async #listen(): Promise<Server> {
    const server = createServer((socket) => socket.destroy()).unref();
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'EADDRINUSE' ? this.#held() : error);
      });
      server.listen(this.#lockPath, resolve);
    });
    return server;
  }

  #held(): DirectoryHeldError {
    return new DirectoryHeldError(this.path, 'another exporter uses it; stop that one, or give each its own');
  }
}

/** A snapshot that is being written. Until it is committed the one before it stays as it is. */
export class Draft {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #target: string;
  readonly #directory: string;

  constructor(handle: FileHandle, path: string, target: string, directory: string) {
    this.#handle = handle;
    this.#path = path;
    this.#target = target;
    this.#directory = directory;
  }

  async write(text: string): Promise<void> {
    await this.#handle.appendFile(text);
  }

  /**
   * Puts the draft in the place of the last snapshot, so that after a loss of power there is the one or the other: first its bytes are
   * on disk, then its name (manual page: fsync(2), on directories).
   */
  async commit(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
    await rename(this.#path, this.#target);
    const directory = await open(this.#directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  /** Leaves nothing behind, least of all on a full disk. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await unlink(this.#path).catch(() => undefined);
  }
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}

/**
 * Makes a directory and those above it. Not by mkdir's `recursive`: that tries for ever where the parent is there and says that it is
 * not, as /proc does.
 */
async function makeDirectory(path: string, isAgain = false): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || isAgain || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await makeDirectory(path, true);
  }
}

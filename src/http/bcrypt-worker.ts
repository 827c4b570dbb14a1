import { Worker } from 'node:worker_threads';

/** Whether a password has a bcrypt hash. Rejects when that cannot be found out. */
export type ComparePassword = (password: string, hash: string) => Promise<boolean>;

/** How long the thread stays when nothing is asked: it holds some 10 MB, and a scraper's password is asked about once. */
const idleSeconds = 30;

interface Waiting {
  readonly resolve: (matches: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** Compares passwords in a thread of its own, one after the other. The thread starts with the first question. */
export class BcryptWorker {
  #worker: Worker | null = null;
  /** In the order in which the thread answers. */
  #waiting: Waiting[] = [];
  #idle: NodeJS.Timeout | null = null;

  readonly compare: ComparePassword = (password, hash) =>
    new Promise((resolve, reject) => {
      if (this.#idle !== null) clearTimeout(this.#idle);
      this.#worker ??= this.#start();
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage({ password, hash });
    });

  async stop(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#fail(new Error('the exporter stops'));
    await worker?.terminate();
  }

  #start(): Worker {
    // The sources run as they are where Node strips types.
    const file = import.meta.url.endsWith('.ts') ? './password-thread.ts' : './password-thread.js';
    const worker = new Worker(new URL(file, import.meta.url), { name: 'bcrypt', execArgv: [] });
    worker.on('message', (matches: boolean) => {
      this.#waiting.shift()?.resolve(matches);
      if (this.#waiting.length > 0) return;
      this.#idle = setTimeout(() => void this.stop(), idleSeconds * 1000).unref();
    });
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#fail(error);
    });
    // Last: a listener for messages makes the worker keep the process alive again.
    worker.unref();
    return worker;
  }

  #fail(error: Error): void {
    this.#worker = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
  }
}

import { Worker } from 'node:worker_threads';
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts';

/** The thread as training sees it. */
export interface SendingThread {
  post(message: ToThread): void;
  /** Whether the thread keeps the process alive; at first it does not. */
  keepAlive(yes: boolean): void;
}

export interface ThreadListener {
  readonly message: (message: FromThread) => void;
  /** The thread is dead; after its last message that is how it should be. */
  readonly failed: (error: Error) => void;
}

/** A sender with a full outbox needs a fifth of it. A thread without memory dies alone; training would take the process with it. */
const maxHeapMb = 128;

/** @throws Error when the process may not start threads */
export function startSendingThread(data: ThreadData, listener: ThreadListener): SendingThread {
  // The sources run as they are where Node strips types.
  const file = import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    name: 'gradwatch',
    workerData: data,
    // What the script preloads is not for this thread, and `--input-type` would keep it from starting.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
  worker.on('message', listener.message);
  worker.on('error', listener.failed);
  worker.on('exit', (code) => {
    listener.failed(new Error(`it ended with code ${code}`));
  });
  // Last: a listener for messages makes the worker keep the process alive again.
  worker.unref();
  return {
    post: (message) => {
      worker.postMessage(message);
    },
    keepAlive: (yes) => {
      if (yes) worker.ref();
      else worker.unref();
    },
  };
}

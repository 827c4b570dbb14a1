/**
 * The thread that computes bcrypt hashes: one takes some 70 ms of CPU at the usual cost, which the event loop cannot spare.
 */
import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

const port = parentPort;
if (port === null) throw new Error('src/http/password-thread.ts is started by bcrypt-worker.ts, not by hand');

port.on('message', ({ password, hash }: { readonly password: string; readonly hash: string }) => {
  port.postMessage(compareSync(password, hash));
});

import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';

/** What a call of nvidia-smi prints and the code with which it ends, or why it could not be started. */
export type Printed = { readonly out: string; readonly code?: number } | { readonly error: string };

/** A child process that prints so and ends. */
export function printing(played: Printed): ChildProcess {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const pid: number | undefined = 'error' in played ? undefined : 42;
  const state: { exitCode: number | null } = { exitCode: null };
  const made = Object.assign(new EventEmitter(), { stdout, stderr, pid, kill: () => true, signalCode: null }, state);
  if ('error' in played) {
    queueMicrotask(() => made.emit('error', Object.assign(new Error('spawn'), { code: played.error })));
  } else {
    stdout.end(played.out);
    stderr.end();
    stdout.on('end', () => {
      made.exitCode = played.code ?? 0;
      made.emit('exit', made.exitCode, null);
      made.emit('close', made.exitCode, null);
    });
  }
  return made as unknown as ChildProcess;
}

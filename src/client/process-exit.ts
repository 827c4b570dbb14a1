import type { Ending } from './run.ts';

/** Exit codes of a process that a signal told to stop: 128 + SIGINT, 128 + SIGTERM. */
const stoppedFromOutside: ReadonlySet<number> = new Set([130, 143]);

/**
 * Tells how the process ends, for scripts that do not say it themselves. Nothing is caught: exceptions and exit codes take their course,
 * and SIGTERM ends the process as before unless the script has a listener of its own. `report` is called at the last moment: what
 * it starts in this thread never finishes.
 * @returns a function that stops watching
 */
export function watchProcessExit(report: (ending: Ending, reason?: string) => void): () => void {
  let failure: string | undefined;
  let terminated = false;
  const onException = (error: unknown): void => {
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  };
  const onExit = (code: number): void => {
    if (terminated) report('preempted', 'SIGTERM');
    else if (code === 0) report('finished');
    else if (stoppedFromOutside.has(code)) report('preempted', `exit code ${code}`);
    else report('failed', failure ?? `exit code ${code}`);
  };
  const onTerminate = (): void => {
    terminated = true;
    // A listener of the script may let it finish its step first; the exit follows.
    if (process.listenerCount('SIGTERM') > 1) return;
    report('preempted', 'SIGTERM');
    process.off('SIGTERM', onTerminate);
    process.kill(process.pid, 'SIGTERM');
  };
  process.on('uncaughtExceptionMonitor', onException);
  process.on('exit', onExit);
  // A listener is only called when the event loop turns. A script that never lets it turn dies of the signal at once, as without us:
  // nobody listens then.
  const whenTheLoopTurns = setImmediate(() => process.on('SIGTERM', onTerminate)).unref();
  return () => {
    clearImmediate(whenTheLoopTurns);
    process.off('uncaughtExceptionMonitor', onException);
    process.off('exit', onExit);
    process.off('SIGTERM', onTerminate);
  };
}

import type { Ending } from './run.ts';

/** Exit codes of a process that a signal told to stop: 128 + SIGINT, 128 + SIGTERM. */
const stoppedFromOutside: ReadonlySet<number> = new Set([130, 143]);

/**
 * Tells how the process ends, for scripts that do not say it themselves. `report` runs in the `exit` event: what it starts in this
 * thread never finishes. Signals are left alone: a listener would take the place of their default action.
 * @returns a function that stops watching
 */
export function watchProcessExit(report: (ending: Ending, reason?: string) => void): () => void {
  let failure: string | undefined;
  const onException = (error: unknown): void => {
    failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  };
  const onExit = (code: number): void => {
    if (code === 0) report('finished');
    else if (stoppedFromOutside.has(code)) report('preempted', `exit code ${code}`);
    else report('failed', failure ?? `exit code ${code}`);
  };
  process.on('uncaughtExceptionMonitor', onException);
  process.on('exit', onExit);
  return () => {
    process.off('uncaughtExceptionMonitor', onException);
    process.off('exit', onExit);
  };
}

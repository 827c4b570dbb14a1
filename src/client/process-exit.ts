import { plainText } from './plain-text.ts';
import type { Ending } from './run.ts';

const stopSignals = ['SIGTERM', 'SIGINT'] as const;
/** Exit codes of a process that a signal told to stop: 128 + SIGINT, 128 + SIGTERM. */
const stoppedFromOutside: ReadonlySet<number> = new Set([130, 143]);

/** The listeners of all runs of this process: a signal that none but these hears ends it. */
const ours = new Set<unknown>();

/**
 * Tells how the process ends, for scripts that do not say it themselves. Nothing is caught: exceptions and exit codes take their course,
 * and SIGTERM and SIGINT end the process as before unless the script has a listener of its own. `report` is called at the last moment: what
 * it starts in this thread never finishes.
 * @returns a function that stops watching
 */
export function watchProcessExit(report: (ending: Ending, reason?: string) => void): () => void {
  let failure: string | undefined;
  let stoppedBy: NodeJS.Signals | undefined;
  const onException = (error: unknown): void => {
    failure = plainText(error);
  };
  const onExit = (code: number): void => {
    if (stoppedBy !== undefined) report('preempted', stoppedBy);
    else if (code === 0) report('finished');
    else if (stoppedFromOutside.has(code)) report('preempted', `exit code ${code}`);
    else report('failed', failure ?? `exit code ${code}`);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    stoppedBy = signal;
    // A listener of the script may let it finish its step first; the exit follows.
    if (process.listeners(signal).some((listener) => !ours.has(listener))) return;
    report('preempted', signal);
    process.off(signal, onSignal);
    process.kill(process.pid, signal);
  };
  ours.add(onSignal);
  process.on('uncaughtExceptionMonitor', onException);
  process.on('exit', onExit);
  // A listener is only called when the event loop turns. A script that never lets it turn dies of the signal at once, as without us:
  // nobody listens then.
  const whenTheLoopTurns = setImmediate(() => {
    for (const signal of stopSignals) process.on(signal, onSignal);
  }).unref();
  return () => {
    clearImmediate(whenTheLoopTurns);
    process.off('uncaughtExceptionMonitor', onException);
    process.off('exit', onExit);
    for (const signal of stopSignals) process.off(signal, onSignal);
    ours.delete(onSignal);
  };
}

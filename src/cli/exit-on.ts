import { constants } from 'node:os';

/**
 * Lets signals end the process by its own exit: as they end it by default there is no moment to end the programs that it started in
 * process groups of their own.
 */
export function exitOn(signals: readonly NodeJS.Signals[]): void {
  for (const signal of signals) process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

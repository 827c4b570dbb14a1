import { setTimeout as sleep } from 'node:timers/promises';

/** Waits; at once over when the signal is aborted. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(1000 * seconds, undefined, { signal }).catch(() => undefined);
}

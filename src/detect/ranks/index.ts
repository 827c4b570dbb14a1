import { desynchronised } from './desynchronised.ts';
import { loadImbalance } from './load-imbalance.ts';
import { outOfStep } from './out-of-step.ts';
import { slowCommunication } from './slow-communication.ts';
import { stall } from './stall.ts';
import { straggler } from './straggler.ts';
import { workerLost } from './worker-lost.ts';

/** Detectors over states of ranks. */
export const transitionDetectors = [workerLost] as const;

/** Detectors over ranks that do the same work. */
export const groupDetectors = [straggler, slowCommunication, desynchronised, loadImbalance] as const;

/** Detectors that go by the clock. */
export const clockDetectors = [stall, outOfStep] as const;

export { stall };

import type { Control } from '../../src/simulate/index.ts';

/** The machine of every scenario while all is well. Its clock stands still, so that only the fault makes a difference. */
export const well: Partial<Control> = { gpus: 2, time: '2024-05-01T12:00:00.250Z' };

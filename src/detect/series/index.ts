import { memoryLeak } from './memory-leak.ts';
import { scalarAnomaly } from './scalar-anomaly.ts';

/** Detectors over series of single values. */
export const scalarDetectors = [memoryLeak, scalarAnomaly] as const;

export type { Section } from './section.ts';
export { Snapshots } from './snapshots.ts';
export type { SnapshotsParts } from './snapshots.ts';
export { StateDirectory } from './state-directory.ts';
export { failureOf } from './failure.ts';
export { snapshotMetrics } from './metrics.ts';
export { stateOptions } from './options.ts';
export type { StateOptions } from './options.ts';

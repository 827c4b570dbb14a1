export { installStandIn } from './install.ts';
export type { StandIn } from './install.ts';
export { readControl, writeControl, defaultControl } from './control.ts';
export type { Control } from './control.ts';
export type { Fault } from './faults.ts';
export { modelOutput } from './model-output.ts';
export { queryFields } from './query-fields.ts';

export { installStandIn } from './install.ts';
export type { StandIn } from './install.ts';
export type { Control } from './control.ts';
export type { Fault } from './faults.ts';
export { mostGpus } from './machine.ts';
export { modelNames } from './models/index.ts';
export type { ModelName } from './models/index.ts';
export { queryFields } from './query-fields.ts';

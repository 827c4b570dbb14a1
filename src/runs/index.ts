export { fields, fieldNames } from './fields.ts';
export type { Field } from './fields.ts';
export { rankStates, endedStates } from './observation.ts';
export type { Observation, RankIdentity, RankState, RankTransition, RunListener, StepValues } from './observation.ts';

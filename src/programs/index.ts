export type { Exit } from './exit.ts';
export { ProcessGate } from './process-gate.ts';
export type { Watch } from './process-gate.ts';
export { ProcessGroup, startLeader } from './process-group.ts';
export type { Group, Kill, Spawn } from './process-group.ts';

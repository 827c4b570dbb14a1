export { parseEvent } from './event.ts';
export type { Event } from './event.ts';
export { RecordCutter } from './record-cutter.ts';
export type { CutRecord } from './record-cutter.ts';

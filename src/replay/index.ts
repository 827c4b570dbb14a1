export { readEvaluation } from './evaluation-folder.ts';
export { inOrder } from './rank-files.ts';
export { readMachine, readRecording, runOf } from './recording.ts';
export type { TimedReadings } from './recorded-machine.ts';
export { Replay } from './replay.ts';
export type { ReplayOptions } from './replay.ts';
export type { Row } from './row.ts';
export { Tally } from './tally.ts';
export { lineOf, pages, summaryOf } from './text.ts';

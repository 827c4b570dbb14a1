// Original file: proto/gradwatch/v1/telemetry.proto

export const Ending = {
  ENDING_UNSPECIFIED: 'ENDING_UNSPECIFIED',
  ENDING_FINISHED: 'ENDING_FINISHED',
  ENDING_FAILED: 'ENDING_FAILED',
  ENDING_PREEMPTED: 'ENDING_PREEMPTED',
} as const;

export type Ending =
  | 'ENDING_UNSPECIFIED'
  | 0
  | 'ENDING_FINISHED'
  | 1
  | 'ENDING_FAILED'
  | 2
  | 'ENDING_PREEMPTED'
  | 3

export type Ending__Output = typeof Ending[keyof typeof Ending]

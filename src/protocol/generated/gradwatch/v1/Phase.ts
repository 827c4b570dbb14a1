// Original file: proto/gradwatch/v1/telemetry.proto

export const Phase = {
  PHASE_UNSPECIFIED: 'PHASE_UNSPECIFIED',
  PHASE_INIT: 'PHASE_INIT',
  PHASE_TRAIN: 'PHASE_TRAIN',
  PHASE_EVALUATION: 'PHASE_EVALUATION',
  PHASE_CHECKPOINT: 'PHASE_CHECKPOINT',
  PHASE_IDLE: 'PHASE_IDLE',
} as const;

export type Phase =
  | 'PHASE_UNSPECIFIED'
  | 0
  | 'PHASE_INIT'
  | 1
  | 'PHASE_TRAIN'
  | 2
  | 'PHASE_EVALUATION'
  | 3
  | 'PHASE_CHECKPOINT'
  | 4
  | 'PHASE_IDLE'
  | 5

export type Phase__Output = typeof Phase[keyof typeof Phase]

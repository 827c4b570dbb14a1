// Original file: proto/gradwatch/v1/telemetry.proto

export const RequestKind = {
  REQUEST_KIND_UNSPECIFIED: 'REQUEST_KIND_UNSPECIFIED',
  REQUEST_KIND_CHECKPOINT: 'REQUEST_KIND_CHECKPOINT',
  REQUEST_KIND_STOP: 'REQUEST_KIND_STOP',
  REQUEST_KIND_SCALE_LEARNING_RATE: 'REQUEST_KIND_SCALE_LEARNING_RATE',
} as const;

export type RequestKind =
  | 'REQUEST_KIND_UNSPECIFIED'
  | 0
  | 'REQUEST_KIND_CHECKPOINT'
  | 1
  | 'REQUEST_KIND_STOP'
  | 2
  | 'REQUEST_KIND_SCALE_LEARNING_RATE'
  | 3

export type RequestKind__Output = typeof RequestKind[keyof typeof RequestKind]

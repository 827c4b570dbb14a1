// Original file: proto/gradwatch/v1/telemetry.proto

export const Role = {
  ROLE_UNSPECIFIED: 'ROLE_UNSPECIFIED',
  ROLE_TRAINING: 'ROLE_TRAINING',
  ROLE_INFERENCE: 'ROLE_INFERENCE',
} as const;

export type Role =
  | 'ROLE_UNSPECIFIED'
  | 0
  | 'ROLE_TRAINING'
  | 1
  | 'ROLE_INFERENCE'
  | 2

export type Role__Output = typeof Role[keyof typeof Role]

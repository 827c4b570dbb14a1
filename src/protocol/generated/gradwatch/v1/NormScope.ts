// Original file: proto/gradwatch/v1/telemetry.proto

export const NormScope = {
  NORM_SCOPE_UNSPECIFIED: 'NORM_SCOPE_UNSPECIFIED',
  NORM_SCOPE_GLOBAL: 'NORM_SCOPE_GLOBAL',
  NORM_SCOPE_SHARD: 'NORM_SCOPE_SHARD',
} as const;

export type NormScope =
  | 'NORM_SCOPE_UNSPECIFIED'
  | 0
  | 'NORM_SCOPE_GLOBAL'
  | 1
  | 'NORM_SCOPE_SHARD'
  | 2

export type NormScope__Output = typeof NormScope[keyof typeof NormScope]

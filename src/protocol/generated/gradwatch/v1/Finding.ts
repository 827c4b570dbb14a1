// Original file: proto/gradwatch/v1/telemetry.proto

import type { Long } from '@grpc/proto-loader';

// Original file: proto/gradwatch/v1/telemetry.proto

export const _gradwatch_v1_Finding_Change = {
  CHANGE_UNSPECIFIED: 'CHANGE_UNSPECIFIED',
  CHANGE_OPENED: 'CHANGE_OPENED',
  CHANGE_WORSENED: 'CHANGE_WORSENED',
  CHANGE_AMENDED: 'CHANGE_AMENDED',
  CHANGE_RESOLVED: 'CHANGE_RESOLVED',
} as const;

export type _gradwatch_v1_Finding_Change =
  | 'CHANGE_UNSPECIFIED'
  | 0
  | 'CHANGE_OPENED'
  | 1
  | 'CHANGE_WORSENED'
  | 2
  | 'CHANGE_AMENDED'
  | 3
  | 'CHANGE_RESOLVED'
  | 4

export type _gradwatch_v1_Finding_Change__Output = typeof _gradwatch_v1_Finding_Change[keyof typeof _gradwatch_v1_Finding_Change]

// Original file: proto/gradwatch/v1/telemetry.proto

export const _gradwatch_v1_Finding_Severity = {
  SEVERITY_UNSPECIFIED: 'SEVERITY_UNSPECIFIED',
  SEVERITY_INFO: 'SEVERITY_INFO',
  SEVERITY_WARNING: 'SEVERITY_WARNING',
  SEVERITY_CRITICAL: 'SEVERITY_CRITICAL',
} as const;

export type _gradwatch_v1_Finding_Severity =
  | 'SEVERITY_UNSPECIFIED'
  | 0
  | 'SEVERITY_INFO'
  | 1
  | 'SEVERITY_WARNING'
  | 2
  | 'SEVERITY_CRITICAL'
  | 3

export type _gradwatch_v1_Finding_Severity__Output = typeof _gradwatch_v1_Finding_Severity[keyof typeof _gradwatch_v1_Finding_Severity]

export interface Finding {
  'id'?: (string);
  'change'?: (_gradwatch_v1_Finding_Change);
  'kind'?: (string);
  'severity'?: (_gradwatch_v1_Finding_Severity);
  'rank'?: (number);
  'first_step'?: (number | string | Long);
  'detected_step'?: (number | string | Long);
  'score'?: (number | string);
  'threshold'?: (number | string);
  'cause'?: (string);
  'advice'?: (string);
  'resolution'?: (string);
  'consequence_of'?: (string);
  '_id'?: "id";
  '_change'?: "change";
  '_kind'?: "kind";
  '_severity'?: "severity";
  '_rank'?: "rank";
  '_first_step'?: "first_step";
  '_detected_step'?: "detected_step";
  '_score'?: "score";
  '_threshold'?: "threshold";
  '_cause'?: "cause";
  '_advice'?: "advice";
  '_resolution'?: "resolution";
  '_consequence_of'?: "consequence_of";
}

export interface Finding__Output {
  'id'?: (string);
  'change'?: (_gradwatch_v1_Finding_Change__Output);
  'kind'?: (string);
  'severity'?: (_gradwatch_v1_Finding_Severity__Output);
  'rank'?: (number);
  'first_step'?: (number);
  'detected_step'?: (number);
  'score'?: (number);
  'threshold'?: (number);
  'cause'?: (string);
  'advice'?: (string);
  'resolution'?: (string);
  'consequence_of'?: (string);
}

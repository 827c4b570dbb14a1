// Original file: proto/gradwatch/v1/telemetry.proto


// Original file: proto/gradwatch/v1/telemetry.proto

export const _gradwatch_v1_ThresholdFailure_Bound = {
  BOUND_UNSPECIFIED: 'BOUND_UNSPECIFIED',
  BOUND_LOWER: 'BOUND_LOWER',
  BOUND_UPPER: 'BOUND_UPPER',
  BOUND_ABSOLUTE_CHANGE: 'BOUND_ABSOLUTE_CHANGE',
  BOUND_RELATIVE_CHANGE: 'BOUND_RELATIVE_CHANGE',
} as const;

export type _gradwatch_v1_ThresholdFailure_Bound =
  | 'BOUND_UNSPECIFIED'
  | 0
  | 'BOUND_LOWER'
  | 1
  | 'BOUND_UPPER'
  | 2
  | 'BOUND_ABSOLUTE_CHANGE'
  | 3
  | 'BOUND_RELATIVE_CHANGE'
  | 4

export type _gradwatch_v1_ThresholdFailure_Bound__Output = typeof _gradwatch_v1_ThresholdFailure_Bound[keyof typeof _gradwatch_v1_ThresholdFailure_Bound]

export interface ThresholdFailure {
  'metric'?: (string);
  'slice'?: (string);
  'bound'?: (_gradwatch_v1_ThresholdFailure_Bound);
  'value'?: (number | string);
  'threshold'?: (number | string);
  '_metric'?: "metric";
  '_slice'?: "slice";
  '_bound'?: "bound";
  '_value'?: "value";
  '_threshold'?: "threshold";
}

export interface ThresholdFailure__Output {
  'metric'?: (string);
  'slice'?: (string);
  'bound'?: (_gradwatch_v1_ThresholdFailure_Bound__Output);
  'value'?: (number);
  'threshold'?: (number);
}

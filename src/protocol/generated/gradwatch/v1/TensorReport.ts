// Original file: proto/gradwatch/v1/telemetry.proto

import type { Distribution as _gradwatch_v1_Distribution, Distribution__Output as _gradwatch_v1_Distribution__Output } from '../../gradwatch/v1/Distribution.ts';
import type { Long } from '@grpc/proto-loader';

// Original file: proto/gradwatch/v1/telemetry.proto

export const _gradwatch_v1_TensorReport_Kind = {
  KIND_UNSPECIFIED: 'KIND_UNSPECIFIED',
  KIND_INPUT: 'KIND_INPUT',
  KIND_OUTPUT: 'KIND_OUTPUT',
} as const;

export type _gradwatch_v1_TensorReport_Kind =
  | 'KIND_UNSPECIFIED'
  | 0
  | 'KIND_INPUT'
  | 1
  | 'KIND_OUTPUT'
  | 2

export type _gradwatch_v1_TensorReport_Kind__Output = typeof _gradwatch_v1_TensorReport_Kind[keyof typeof _gradwatch_v1_TensorReport_Kind]

export interface TensorReport {
  'step'?: (number | string | Long);
  'unix_nanos'?: (number | string | Long);
  'name'?: (string);
  'kind'?: (_gradwatch_v1_TensorReport_Kind);
  'count'?: (number | string | Long);
  'mean'?: (number | string);
  'variance'?: (number | string);
  'fraction_nonfinite'?: (number | string);
  'distribution'?: (_gradwatch_v1_Distribution | null);
  'reference'?: (boolean);
  '_step'?: "step";
  '_unix_nanos'?: "unix_nanos";
  '_name'?: "name";
  '_kind'?: "kind";
  '_count'?: "count";
  '_mean'?: "mean";
  '_variance'?: "variance";
  '_fraction_nonfinite'?: "fraction_nonfinite";
  '_distribution'?: "distribution";
  '_reference'?: "reference";
}

export interface TensorReport__Output {
  'step'?: (number);
  'unix_nanos'?: (number);
  'name'?: (string);
  'kind'?: (_gradwatch_v1_TensorReport_Kind__Output);
  'count'?: (number);
  'mean'?: (number);
  'variance'?: (number);
  'fraction_nonfinite'?: (number);
  'distribution'?: (_gradwatch_v1_Distribution__Output);
  'reference'?: (boolean);
}

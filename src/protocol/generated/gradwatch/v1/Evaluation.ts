// Original file: proto/gradwatch/v1/telemetry.proto

import type { EvaluationSlice as _gradwatch_v1_EvaluationSlice, EvaluationSlice__Output as _gradwatch_v1_EvaluationSlice__Output } from '../../gradwatch/v1/EvaluationSlice.ts';
import type { ThresholdFailure as _gradwatch_v1_ThresholdFailure, ThresholdFailure__Output as _gradwatch_v1_ThresholdFailure__Output } from '../../gradwatch/v1/ThresholdFailure.ts';
import type { Long } from '@grpc/proto-loader';

export interface Evaluation {
  'step'?: (number | string | Long);
  'unix_nanos'?: (number | string | Long);
  'dataset'?: (string);
  'slices'?: (_gradwatch_v1_EvaluationSlice)[];
  'failures'?: (_gradwatch_v1_ThresholdFailure)[];
  '_step'?: "step";
  '_unix_nanos'?: "unix_nanos";
  '_dataset'?: "dataset";
}

export interface Evaluation__Output {
  'step'?: (number);
  'unix_nanos'?: (number);
  'dataset'?: (string);
  'slices'?: (_gradwatch_v1_EvaluationSlice__Output)[];
  'failures'?: (_gradwatch_v1_ThresholdFailure__Output)[];
}

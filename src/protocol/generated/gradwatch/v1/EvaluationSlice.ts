// Original file: proto/gradwatch/v1/telemetry.proto

import type { Long } from '@grpc/proto-loader';

export interface EvaluationSlice {
  'slice'?: (string);
  'samples'?: (number | string | Long);
  'metrics'?: ({[key: string]: number | string});
  '_slice'?: "slice";
  '_samples'?: "samples";
}

export interface EvaluationSlice__Output {
  'slice'?: (string);
  'samples'?: (number);
  'metrics'?: ({[key: string]: number});
}

// Original file: proto/gradwatch/v1/telemetry.proto

import type { Layer as _gradwatch_v1_Layer, Layer__Output as _gradwatch_v1_Layer__Output } from '../../gradwatch/v1/Layer.ts';
import type { Long } from '@grpc/proto-loader';

export interface LayerReport {
  'step'?: (number | string | Long);
  'unix_nanos'?: (number | string | Long);
  'layers'?: (_gradwatch_v1_Layer)[];
  '_step'?: "step";
  '_unix_nanos'?: "unix_nanos";
}

export interface LayerReport__Output {
  'step'?: (number);
  'unix_nanos'?: (number);
  'layers'?: (_gradwatch_v1_Layer__Output)[];
}
